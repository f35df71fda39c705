// How long a person's call waits while an import, an export, the check, the index and a search run; and how long an export
// keeps its longest read transaction, which holds back the write-ahead log. Messages: ALCOVE_BENCH_MESSAGES (100000).
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { openDatabase } from '../electron/history/database.ts'
import { type History, openHistory } from '../electron/history/history.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { cachedHistory, copyOfCachedHistory } from '../electron/history/testing/cached-history.ts'
import { listExportedIds } from '../electron/history/transfer-export.ts'
import { type BulkWorker, startBulkWorker } from '../electron/transfer/bulk.ts'
import { findFormat } from '../electron/transfer/formats.ts'
import { writeWholeFile } from '../electron/transfer/write-file.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { sending, TEXT } from './measuring/messages.ts'
import { quantile } from './measuring/take-turns.ts'

const MESSAGES = Number(process.env.ALCOVE_BENCH_MESSAGES ?? 100_000)
/** As often as a reply is saved while it is written, or nearly. */
const BETWEEN_CALLS_MS = 20
const LEAST_CALLS = 150
const MOST_MS = 30_000

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

/** Exports all in this thread. Returns the longest time that a read transaction of it was open, in ms. */
async function longestRead(open: { file: string; key: Uint8Array }, path: string): Promise<number> {
  const db = openDatabase({ ...open, readonly: true, cacheMiB: 16 })
  let began = 0
  let longest = 0
  const exec = (sql: string) => {
    if (sql === 'BEGIN') began = performance.now()
    else longest = Math.max(longest, performance.now() - began)
    return db.exec(sql)
  }
  const timed = Object.create(db, { exec: { value: exec } }) as typeof db
  try {
    const conversationIds = listExportedIds(db, { type: 'all' })
    const progress = { conversations: 0, messages: 0 }
    const pieces = findFormat('alcove-json').write({
      db: timed,
      scope: 'all',
      conversationIds,
      compact: false,
      progress,
    })
    await writeWholeFile({ path, pieces, signal: never })
  } finally {
    db.close()
  }
  return longest
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
    const longest = await longestRead({ file, key }, join(folder, 'alone.json'))
    console.log(`Longest read transaction of an export of ${MESSAGES} messages: ${longest.toFixed(0)} ms`)
  } finally {
    for (const one of closing) await one.close()
    rmSync(bundle, { recursive: true, force: true })
  }
})
