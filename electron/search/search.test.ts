import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { indexEverything } from '../history/index/index-messages.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { exchange, newConversation, temporaryHistory } from '../history/testing/temporary-history.ts'
import { type SearchWorkerOptions, startSearchWorker } from './search.ts'

const NEWEST = {
  conversationId: null,
  withTrash: false,
  order: 'newest',
  words: 'all',
  limit: 20,
  cursor: null,
} as const
const NEVER = new AbortController().signal

let folder = ''
beforeAll(async () => {
  folder = await bundleForNode({ search: '../search/search-worker.ts' })
  return () => rmSync(folder, { recursive: true })
})

/** A history of `turns` exchanges with the word "common", and a worker that searches it. */
function searching(turns: number, options: Partial<SearchWorkerOptions> = {}) {
  const { db, file, key } = temporaryHistory()
  const conversationId = newConversation(db)
  for (let turn = 0; turn < turns; turn += 1) exchange(db, conversationId, `common question ${turn}`, 'a common answer')
  indexEverything(db)
  const ended: unknown[] = []
  const onEnd = (name: string, code: string | undefined): void => void ended.push([name, code])
  const search = startSearchWorker({ workerUrl: path.join(folder, 'search.mjs'), file, key, onEnd, ...options })
  onTestFinished(() => search.close())
  return { db, conversationId, search, ended }
}

describe('the search worker', () => {
  it('finds what was written since it was started', async () => {
    const { db, conversationId, search } = searching(1)
    const count = async (query: string) => (await search.findMessages({ ...NEWEST, query }, NEVER)).messages.length
    expect(await count('common')).toBe(2)
    exchange(db, conversationId, 'a harbour', 'a lighthouse')
    indexEverything(db)
    expect([await count('lighthouse'), await count('common'), await count('nowhere')]).toEqual([1, 2, 0])
  })

  it('stops a search that nobody waits for any more, and goes on with the next', async () => {
    const { search, ended } = searching(100)
    // In no conversation: every message with the word is looked at, and none is found.
    const long = { ...NEWEST, query: 'common', conversationId: 'none' }
    const cancels = Array.from({ length: 3 }, () => new AbortController())
    const stopped = cancels.map(({ signal }) => search.findMessages(long, signal))
    const next = search.findMessages({ ...NEWEST, query: 'question' }, NEVER)
    for (const cancel of cancels) cancel.abort()
    const codes = (await Promise.allSettled(stopped)).map(
      (result) => result.status === 'rejected' && result.reason.code,
    )
    expect(codes).toEqual(['cancelled', 'cancelled', 'cancelled'])
    expect((await next).messages.length).toBe(20)
    expect(ended).toEqual([...cancels, search].map(() => ['findMessages', undefined]))
  })

  it('stops in the middle of a search', async () => {
    const { db, file, key } = temporaryHistory()
    newConversation(db)
    db.exec(`
      INSERT INTO messages (conversation_seq, depth, role, status, created_at, text, id)
      WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
      SELECT (SELECT seq FROM conversations), 0, 'user', 'complete', 0, 'many', 'id ' || i FROM n;
      INSERT INTO message_index (rowid, text) SELECT seq, text FROM messages`)
    const worker = new Worker(path.join(folder, 'search.mjs'))
    onTestFinished(async () => void (await worker.terminate()))
    const find = (query: string, conversationId: string | null, cancelled = new SharedArrayBuffer(4)) =>
      worker.postMessage({ type: 'find', call: 1, args: { ...NEWEST, query, conversationId }, cancelled })
    worker.postMessage({ type: 'open', file, key: new Uint8Array(key).buffer, nativeBinding: undefined })
    find('nowhere', null)
    await once(worker, 'message')
    const cancelled = new SharedArrayBuffer(4)
    find('many', 'none', cancelled)
    // The thread looks at 50,000 messages meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    Atomics.store(new Int32Array(cancelled), 0, 1)
    expect(await once(worker, 'message')).toMatchObject([{ ok: false, error: { code: 'cancelled' } }])
  })

  it('ends a thread that does not notice, and does what waits behind it in another', async () => {
    const script = path.join(folder, 'stuck.mjs')
    const value = JSON.stringify({ messages: [], cursor: null, isBounded: false, isIndexing: false, unreadable: 0 })
    writeFileSync(
      script,
      `import { parentPort } from 'node:worker_threads'
      parentPort.on('message', ({ type, call, args }) => {
        while (args?.query === 'stuck');
        if (type === 'find') parentPort.postMessage({ type: 'answer', call, elapsedMs: 0, ok: true, value: ${value} })
      })`,
    )
    const { search } = searching(1, { workerUrl: script, patienceMs: 20 })
    const cancel = new AbortController()
    const stuck = search.findMessages({ ...NEWEST, query: 'stuck' }, cancel.signal)
    const next = search.findMessages({ ...NEWEST, query: 'common' }, NEVER)
    cancel.abort()
    await expect(stuck).rejects.toMatchObject({ code: 'cancelled' })
    expect(await next).toEqual(JSON.parse(value))
  })

  it('tells what is wrong with the history, and refuses once it is closed', async () => {
    const { search, ended } = searching(1, { key: new Uint8Array(32) })
    await expect(search.findMessages({ ...NEWEST, query: 'common' }, NEVER)).rejects.toMatchObject({
      code: 'history-key-wrong',
    })
    expect(ended).toEqual([['findMessages', 'history-key-wrong']])
    await search.close()
    await expect(search.findMessages({ ...NEWEST, query: 'common' }, NEVER)).rejects.toMatchObject({
      code: 'history-unavailable',
    })
  })
})
