import { expect, it } from 'vitest'
import { startBulkWorker } from './bulk.ts'

it('tells by name what the bulk worker did, and the code of what failed', async () => {
  const ended: unknown[] = []
  const bulk = startBulkWorker({
    file: '/nowhere/history.db',
    key: new Uint8Array(32),
    workerUrl: '/nowhere/worker.mjs',
    onEnd: (name, code, elapsedMs) => ended.push([name, code, elapsedMs >= 0]),
  })
  await bulk.read('verify', {}).catch(() => undefined)
  const signal = new AbortController().signal
  const parts = bulk.exportTo({
    path: '/nowhere/x',
    scope: { type: 'all' },
    format: 'alcove-json',
    compact: false,
    signal,
  })
  await parts.next().catch(() => undefined)
  await bulk.close()
  expect(ended).toEqual([
    ['verify', 'history-unavailable', true],
    ['export', 'history-unavailable', true],
  ])
})
