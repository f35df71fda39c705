/** What the product's store gives to the disk, counted by the library between the two. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { openDatabase } from '../../electron/history/database.ts'
import { indexEverything } from '../../electron/history/index/index-messages.ts'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import { fillMany } from '../../electron/transfer/testing/fill-many.ts'
import { faultEnvironment } from '../faults/disk-shim.ts'
import { type Operation, readOperationLog } from '../faults/operation-log.ts'

const run = promisify(execFile)

interface Written {
  bytes: number
  syncs: number
  /** From the first to the last operation. */
  elapsedMs: number
}

export interface WriteCounts {
  /** With what was put off. */
  exchanges: Written
  /** By the number of replies that stream at once, one measurement after the other. */
  streams: Map<number, Written>
  /** Read from the file afterwards. */
  leftChunks: number
}

/** Counts on a new history of so many conversations of 100 short messages, in `folder`. */
export async function countWrites(options: {
  programs: string
  folder: string
  conversations: number
  streams: readonly number[]
}): Promise<WriteCounts> {
  const data = path.join(options.folder, `of-${options.conversations}`)
  mkdirSync(data)
  const [file, log, marks] = [path.join(data, 'history.db'), `${data}.log`, `${data}.marks`]
  const key = randomBytes(32)
  fill(file, key, options.conversations)
  const args = [file, key.toString('hex'), marks, ...options.streams.map(String)]
  await run(process.execPath, [path.join(options.programs, 'count.mjs'), ...args], {
    env: { ...process.env, ...faultEnvironment({ folder: data, log, marks }) },
  })
  const operations = readOperationLog(log)
  const leftChunks = countChunks(file, key)
  rmSync(data, { recursive: true })
  return {
    exchanges: countBetween(operations, findMark(operations, 'exchanges'), findMark(operations, 'end')),
    streams: new Map(options.streams.map((count) => [count, countStream(operations, `streams ${count}`)])),
    leftChunks,
  }
}

/** With a full index: what is counted afterwards is the index of what is written then. */
function fill(file: string, key: Buffer, conversations: number): void {
  const db = openHistoryFile({ file, key })
  fillMany(db, { conversations, messageLength: 40 })
  indexEverything(db)
  db.close()
}

function countChunks(file: string, key: Buffer): number {
  const db = openDatabase({ file, key, readonly: true })
  const count = db.prepare<[], number>('SELECT count(*) FROM reply_chunks').pluck().get()
  db.close()
  return count ?? Number.NaN
}

function findMark(operations: readonly Operation[], text: string, after = 0): number {
  const found = operations.findIndex((one, index) => index > after && one.kind === 'mark' && one.text === text)
  if (found < 0) throw new Error(`the program did not come to ${text}`)
  return found
}

function countStream(operations: readonly Operation[], mark: string): Written {
  const start = findMark(operations, mark)
  return countBetween(operations, start, findMark(operations, 'end', start))
}

/** Of the history and its log alone: not of the shared memory beside them, nor of the space kept for a full disk. */
function countBetween(operations: readonly Operation[], start: number, end: number): Written {
  const counted = new Set(operations.flatMap((one) => (isHistory(one) ? [one.handle] : [])))
  const written = { bytes: 0, syncs: 0, elapsedMs: (operations[end]?.atMs ?? 0) - (operations[start]?.atMs ?? 0) }
  for (const one of operations.slice(start, end)) {
    if (one.kind === 'write' && counted.has(one.handle)) written.bytes += one.data.length
    if (one.kind === 'sync' && counted.has(one.handle)) written.syncs += 1
  }
  return written
}

function isHistory(one: Operation): one is Extract<Operation, { kind: 'open' }> {
  return one.kind === 'open' && /history\.db(-wal)?$/.test(one.path)
}
