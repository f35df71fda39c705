import { statSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import { type Database, type OpenOptions, openDatabase } from './database.ts'
import { PAGE_BYTES } from './salvage/pages/page-cipher.ts'
import { openPages } from './salvage/pages/page-source.ts'

/** https://sqlite.org/fileformat2.html#the_write_ahead_log: a header, then frames of a head and a page. */
const HEADER_BYTES = 32
const FRAME_BYTES = 24 + PAGE_BYTES

const PAUSES = 10
const PAUSE_MS = 50

/**
 * Opens for writing without losing what is in the write-ahead log. SQLite3 Multiple Ciphers 2.4.0 passes on no failure to
 * read (`mcIoRead` keeps only `SQLITE_IOERR_SHORT_READ`): a log that the disk could not read once looks as if it ended
 * there, and whoever may write would then write over the rest. So the log is counted before, and first taken up by a
 * connection that only reads; the other one goes by what that one has read, and cannot remove the log while it is open.
 * Throws like `openDatabase`.
 */
export function openKeepingLog(options: OpenOptions): Database {
  const before = stampOf(options.file)
  const frames = countFrames(options)
  if (frames === 0) return openDatabase(options)
  let keeper: Database | undefined
  try {
    keeper = openDatabase({ ...options, readonly: true })
    const reader = keeper
    const isUnread = () => takenFrames(reader) < frames && stampOf(options.file) === before
    // Where another process has written meanwhile, it is that one's reading that counts. One that waits for the disk has
    // written frames which count only afterwards.
    for (let pause = 0; pause < PAUSES && isUnread(); pause += 1) sleep(PAUSE_MS)
    if (isUnread()) throw unread(new Error(`${takenFrames(reader)} of ${frames} frames of the log were read`))
    return openDatabase(options)
  } catch (error) {
    // The key fits, or the log could not have been counted.
    if (error instanceof AppError && error.code === 'history-key-wrong') throw unread(error)
    throw error
  } finally {
    keeper?.close()
  }
}

/** Frames of the log up to its last commit; 0 where there are none, or the key does not fit. */
function countFrames({ file, key }: OpenOptions): number {
  if (!statSync(`${file}-wal`, { throwIfNoEntry: false })?.size) return 0
  const pages = openPages({ file, key })
  pages?.close()
  // The last commit's last frame is the newest form of its page.
  const last = Math.max(0, ...[...(pages?.log.pages.values() ?? [])].map((offset) => offset ?? 0))
  return last === 0 ? 0 : Math.floor((last - HEADER_BYTES) / FRAME_BYTES) + 1
}

/** Reads the count that SQLite goes by, and moves nothing. */
function takenFrames(db: Database): number {
  const [row] = db.pragma('wal_checkpoint(NOOP)') as [{ log: number }]
  return row.log
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function stampOf(file: string): string {
  const stats = statSync(`${file}-wal`, { bigint: true, throwIfNoEntry: false })
  return `${stats?.ino} ${stats?.size} ${stats?.mtimeNs}`
}

function unread(cause: unknown): AppError {
  const message =
    'The newest part of the history could not be read from the disk. Nothing was changed; check the disk, then try again.'
  return new AppError('history-unavailable', message, { cause, retryable: true })
}
