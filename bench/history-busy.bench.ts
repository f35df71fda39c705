// How long a person's call waits while an import, an export, the check, the index and a search run; and how long an export
// keeps its longest read transaction, which holds back the write-ahead log. Messages: ALCOVE_BENCH_MESSAGES (100000).
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type History, openHistory } from '../electron/history/history.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { cachedHistory, copyOfCachedHistory } from '../electron/history/testing/cached-history.ts'
import { type BulkWorker, startBulkWorker } from '../electron/transfer/bulk.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { sending, TEXT } from './measuring/messages.ts'
import { quantile } from './measuring/take-turns.ts'

const MESSAGES = Number(process.env.ALCOVE_BENCH_MESSAGES ?? 100_000)
/** As often as a reply is saved while it is written, or nearly. */
const BETWEEN_CALLS_MS = 20
const LEAST_CALLS = 150
const MOST_MS = 30_000
const SAMPLE_MS = 2
/** WAL_READ_LOCK(0) to (4) in the shared memory file: SQLite, "WAL-mode file format", section 2.3.1. */
const READ_LOCKS = { first: 123, last: 127 }

const never = new AbortController().signal

async function drain(parts: AsyncIterable<unknown>): Promise<void> {
  for await (const _part of parts);
}

/** Milliseconds of each call that is made until `work` is done, or often enough where there is none. */
async function callsWhile(history: History, messageId: string, work?: Promise<void>): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + MOST_MS
  let isDone = work === undefined
  void work?.finally(() => {
    isDone = true
  })
  while ((!isDone || times.length < LEAST_CALLS) && performance.now() < end) {
    const start = performance.now()
    await history.appendChunks({ chunks: [{ messageId, text: TEXT, reasoning: '' }] })
    times.push(performance.now() - start)
    await wait(BETWEEN_CALLS_MS)
  }
  return times
}

/** Until `work` is done: the longest time that this process held a read transaction, in ms; undefined off Linux. */
async function longestRead(work: Promise<void>): Promise<number | undefined> {
  if (process.platform !== 'linux') {
    await work
    return undefined
  }
  let isDone = false
  void work.finally(() => {
    isDone = true
  })
  let longest = 0
  for (let since: number | undefined; !isDone; await wait(SAMPLE_MS)) {
    since = holdsReadLock() ? (since ?? performance.now()) : undefined
    if (since !== undefined) longest = Math.max(longest, performance.now() - since)
  }
  await work
  return longest
}

function holdsReadLock(): boolean {
  const own = new RegExp(`POSIX +ADVISORY +READ ${process.pid} \\S+ (\\d+) (\\d+)$`)
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .some((line) => {
      const [, first, last] = own.exec(line) ?? []
      return first !== undefined && Number(first) >= READ_LOCKS.first && Number(last) <= READ_LOCKS.last
    })
}

function row(meanwhile: string, times: number[], idle: number[]) {
  const [p50 = 0, p95 = 0] = [0.5, 0.95].map((share) => quantile(times, share))
  return {
    meanwhile,
    calls: times.length,
    'p50 ms': p50.toFixed(2),
    'p95 ms': p95.toFixed(2),
    'longest ms': Math.max(...times).toFixed(1),
    'x idle, p50': (p50 / quantile(idle, 0.5)).toFixed(2),
    'x idle, p95': (p95 / quantile(idle, 0.95)).toFixed(2),
  }
}

/** Slice by slice until the whole history has been checked. */
async function check(bulk: BulkWorker): Promise<void> {
  let cursor: Awaited<ReturnType<typeof bulk.read<'checkSlice'>>>['cursor'] = null
  do cursor = (await bulk.read('checkSlice', { cursor })).cursor
  while (cursor !== null)
}

async function measure(folder: string, history: History, bulks: [BulkWorker, BulkWorker], exported: string) {
  const [one, other] = bulks
  const { id: conversationId } = await history.createConversation({
    systemPrompt: '',
    endpointId: null,
    model: null,
    now: Date.now(),
  })
  const { replyId } = await history.beginReply({ ...sending(), conversationId })
  const all = { scope: { type: 'all' }, format: 'alcove-json', compact: false, signal: never } as const
  const works: Record<string, () => Promise<void>> = {
    'an export': () => drain(one.exportTo({ ...all, path: join(folder, 'beside.json') })),
    'the check': () => check(one),
    'an import, then its index': () => drain(one.importFrom({ path: exported, signal: never, history })),
    'an import and an export': async () => {
      await Promise.all([
        drain(one.importFrom({ path: exported, signal: never, history })),
        drain(other.exportTo({ ...all, path: join(folder, 'both.json') })),
      ])
    },
  }
  const idle = await callsWhile(history, replyId)
  const rows = [row('nothing', idle, idle)]
  for (const [name, start] of Object.entries(works)) {
    const work = start()
    rows.push(row(name, await callsWhile(history, replyId, work), idle))
    await work
  }
  console.table(rows)
  const longest = await longestRead(drain(one.exportTo({ ...all, path: join(folder, 'alone.json') })))
  console.log(`Longest read transaction of an export of ${MESSAGES} messages: ${longest?.toFixed(0) ?? 'not known'} ms`)
}

await inBenchFolder(async (folder) => {
  const bundle = await bundleForNode({ worker: 'worker.ts', bulk: '../transfer/bulk-worker.ts' })
  const bulkUrl = pathToFileURL(join(bundle, 'bulk.mjs'))
  const closing: { close(): Promise<void> }[] = []
  const opened = <Closable extends { close(): Promise<void> }>(one: Closable): Closable => {
    closing.unshift(one)
    return one
  }
  try {
    const small = cachedHistory(Math.max(1_000, MESSAGES / 5))
    const exported = join(folder, 'exported.json')
    const from = opened(startBulkWorker({ file: small.file, key: small.key, workerUrl: bulkUrl }))
    await drain(
      from.exportTo({ path: exported, scope: { type: 'all' }, format: 'alcove-json', compact: false, signal: never }),
    )
    const own = join(folder, 'history')
    mkdirSync(own)
    const { file, key } = copyOfCachedHistory(MESSAGES, own)
    const workerUrl = pathToFileURL(join(bundle, 'worker.mjs'))
    const history = opened(await openHistory({ file, key, workerUrl }))
    const start = () => opened(startBulkWorker({ file, key, workerUrl: bulkUrl }))
    await measure(folder, history, [start(), start()], exported)
  } finally {
    for (const one of closing) await one.close()
    rmSync(bundle, { recursive: true, force: true })
  }
})
