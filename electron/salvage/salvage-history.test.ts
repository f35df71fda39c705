import { readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { buildHistory, spoilPage } from '../history/salvage/testing/damaged-history.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { startBulkWorker } from '../transfer/bulk.ts'
import type { SalvagePart } from '../transfer/bulk-protocol.ts'
import { checkInBackground } from './check-in-background.ts'
import { salvageHistory } from './salvage-history.ts'

const never = new AbortController().signal
let built = ''
beforeAll(async () => {
  built = await bundleForNode({ 'bulk-worker': path.join(import.meta.dirname, '../transfer/bulk-worker.ts') })
  return () => rmSync(built, { recursive: true })
})

function damaged() {
  const history = buildHistory({ conversations: 6, turns: 10 })
  spoilPage(history.file, history.pagesOf('messages', 'leaf')[1])
  return { ...history, workerUrl: path.join(built, 'bulk-worker.mjs') }
}

/** A holder and keys that note what is asked of them. */
function partsFor({ file, key, workerUrl }: ReturnType<typeof damaged>) {
  const did: string[] = []
  return {
    did,
    parts: {
      place: { file, workerUrl },
      keys: { openWithStoredKey: async (_: string, open: (key: Buffer) => Promise<void>) => open(key) },
      holder: {
        async whileClosed<Result>(work: () => Promise<Result>): Promise<Result> {
          did.push('closed')
          try {
            return await work()
          } finally {
            did.push('opened')
          }
        },
      },
    },
  }
}

describe('salvaging through the worker', () => {
  it('tells how far it is, and the end once the salvaged history is open', async () => {
    const { did, parts } = partsFor(damaged())
    const told: SalvagePart[] = []
    for await (const part of salvageHistory(parts, never)) {
      if (part.type === 'salvage-end') did.push('told')
      told.push(part)
    }
    expect(did).toEqual(['closed', 'opened', 'told'])
    expect(told[0]?.type).toBe('salvage-progress')
    expect(told.at(-1)).toMatchObject({ report: { conversations: 6, messages: 120, keptAs: 'history.damaged-1.db' } })
  })

  it('leaves the damaged history as it was when it is cancelled, and opens it again', async () => {
    const history = damaged()
    const before = readFileSync(history.file)
    const { did, parts } = partsFor(history)
    const told: SalvagePart['type'][] = []
    const run = async () => {
      for await (const part of salvageHistory(parts, AbortSignal.abort())) told.push(part.type)
    }
    await expect(run()).rejects.toMatchObject({ code: 'cancelled' })
    expect(told).not.toContain('salvage-end')
    expect({ did, isSame: readFileSync(history.file).equals(before) }).toEqual({
      did: ['closed', 'opened'],
      isSame: true,
    })
  })
})

describe('the check through the worker', () => {
  it('tells of the damaged messages', async () => {
    const { file, key, workerUrl } = damaged()
    const bulk = startBulkWorker({ file, key, workerUrl })
    onTestFinished(() => bulk.close())
    const found: { conversations: number; messages: number }[] = []
    await checkInBackground({
      history: { getSettings: async () => ({}), setSettings: async () => undefined },
      bulk: () => bulk,
      endedUncleanly: false,
      signal: never,
      now: Date.now,
      onDamage: (damage) => found.push(damage),
      delaysMs: { first: 0, between: 0 },
    })
    expect(found).toHaveLength(1)
    expect(found[0]?.messages).toBeGreaterThan(3)
    expect(found[0]?.conversations).toBeGreaterThan(0)
  })
})
