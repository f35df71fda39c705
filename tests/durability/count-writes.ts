/** What the product's store gives to the disk, counted by the library between the two. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { type Database, openDatabase } from '../../electron/history/database.ts'
import { copyOfCachedHistory } from '../../electron/history/testing/cached-history.ts'
import { faultEnvironment } from '../faults/disk-shim.ts'
import { type Operation, readOperationLog } from '../faults/operation-log.ts'

export interface Written {
  bytes: number
  syncs: number
  /** From the first to the last operation. */
  elapsedMs: number
}

export interface WriteCounts {
  exchanges: Written
  /** By the number of replies that stream at once. */
  streams: Map<number, Written>
  /** Read from the file afterwards. */
  leftChunks: number
}

/** Counts on a copy, in `folder`, of a history with so many messages. */
export function countWrites({
  programs,
  folder,
  messages,
}: {
  programs: string
  folder: string
  messages: number
}): WriteCounts {
  const data = path.join(folder, `of-${messages}`)
  mkdirSync(data)
  const { file, key } = copyOfCachedHistory(messages, data)
  const [log, marks] = [`${data}.log`, `${data}.marks`]
  execFileSync(process.execPath, [path.join(programs, 'count.mjs'), file, key.toString('hex'), marks], {
    env: { ...process.env, ...faultEnvironment({ folder: data, log, marks }) },
  })
  const operations = readOperationLog(log)
  const db = openDatabase({ file, key, readonly: true })
  const leftChunks = countChunks(db)
  db.close()
  rmSync(data, { recursive: true })
  const streams = [...marksOf(operations)].flatMap((mark) => /^streams (\d+)$/.exec(mark)?.[1] ?? [])
  return {
    exchanges: countBetween(operations, 'exchanges'),
    streams: new Map(streams.map((count) => [Number(count), countBetween(operations, `streams ${count}`)])),
    leftChunks,
  }
}

function countChunks(db: Database): number {
  return db.prepare<[], number>('SELECT count(*) FROM reply_chunks').pluck().get() ?? 0
}

function* marksOf(operations: readonly Operation[]): Generator<string> {
  for (const one of operations) if (one.kind === 'mark') yield one.text
}

/** Of the history alone: neither the shared memory of its log, which is no file on the disk, nor what lies beside it. */
function countBetween(operations: readonly Operation[], mark: string): Written {
  const counted = new Set<string>()
  const start = operations.findIndex((one) => one.kind === 'mark' && one.text === mark)
  const end = operations.findIndex((one, index) => index > start && one.kind === 'mark' && one.text === 'end')
  const written: Written = {
    bytes: 0,
    syncs: 0,
    elapsedMs: (operations[end]?.atMs ?? 0) - (operations[start]?.atMs ?? 0),
  }
  for (const [index, one] of operations.entries()) {
    if (one.kind === 'open' && /history\.db(-wal)?$/.test(one.path)) counted.add(one.handle)
    if (index <= start || index >= end) continue
    if (one.kind === 'write' && counted.has(one.handle)) written.bytes += one.data.length
    if (one.kind === 'sync' && counted.has(one.handle)) written.syncs += 1
  }
  return written
}
