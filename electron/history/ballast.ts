/** Keeps 16 MiB of the disk for the day on which it is full: deleting writes too, so nothing could make room any more. */
import { randomFillSync } from 'node:crypto'
import { constants, lstatSync, rmSync, statfsSync, truncateSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import type { Database } from './database.ts'
import { diskFull, fromSqliteError } from './sqlite-errors.ts'

const NAME = 'ballast'
const BALLAST_BYTES = 16 * 1024 * 1024
const BLOCK_BYTES = 1024 * 1024
/** The unit of `Stats.blocks`, whatever the block size of the disk. */
const SECTOR_BYTES = 512

/**
 * What a function may do once the disk is full. `deleting` makes room and may use all of the reserve; `finishing` keeps what
 * a person has before their eyes and may use half of it. Everything else has to wait for space.
 */
export type Relief = 'deleting' | 'finishing' | undefined

interface BallastOptions {
  /** Size of the ballast. */
  bytes?: number
  /** Bytes that must be free, so that the ballast itself does not fill a small disk. */
  room?: number
  /** Ends the making; the next start begins again. */
  signal?: AbortSignal
}

/**
 * Makes the file `ballast` (mode 0600) in the data folder unless it is there. Random, so that no file system stores it
 * in less. Returns whether it is there; never throws, for nothing depends on it today.
 */
export async function ensureBallast(
  folder: string,
  { bytes = BALLAST_BYTES, room = 10 * bytes, signal }: BallastOptions = {},
): Promise<boolean> {
  if (isWhole(folder, bytes)) return true
  if (freeBytes(folder) < room) return false
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)
  try {
    const handle = await open(path.join(folder, NAME), flags, 0o600)
    try {
      for (let left = bytes; left > 0; left -= BLOCK_BYTES) {
        signal?.throwIfAborted()
        await handle.writeFile(randomFillSync(Buffer.alloc(Math.min(left, BLOCK_BYTES))))
      }
      await handle.datasync()
    } finally {
      await handle.close()
    }
    return true
  } catch {
    // Half a ballast would only stand in the way of who fills the disk meanwhile.
    freeBallast(folder)
    return false
  }
}

/** Gives the space back. Returns whether there was any. */
export function freeBallast(folder: string): boolean {
  const file = path.join(folder, NAME)
  try {
    const stats = lstatSync(file)
    if (!stats.isFile()) return false
    // Some file systems need space to remove a name, but none to shorten a file.
    truncateSync(file)
    rmSync(file)
    return stats.size > 0
  } catch {
    return false
  }
}

export interface Reserve {
  /** Runs `work`, freeing the ballast where it may be used. Throws what `work` throws, or `disk-full`. */
  run<Result>(relief: Relief, work: () => Result): Result
  /** Ends what is under way, before the connection is closed. */
  close(): void
}

interface ReserveOptions {
  bytes?: number
  /** Until the ballast is made, so that it is not in the way of a start. */
  delayMs?: number
}

/**
 * Guards the space of an open history. While the ballast is spent the connection is `query_only` for all that needs to
 * wait: else the next message would take the space that deleting needs. It ends by itself at the first attempt to
 * write after space has come back.
 */
export function keepReserve(
  db: Database,
  folder: string,
  { bytes = BALLAST_BYTES, delayMs = 2000 }: ReserveOptions = {},
): Reserve {
  let spent = false
  const closing = new AbortController()
  const make = (room: number) => void ensureBallast(folder, { bytes, room, signal: closing.signal })
  const setSpent = (next: boolean): void => {
    db.pragma(`query_only = ${next ? 1 : 0}`)
    spent = next
  }

  function relieve<Result>(relief: Relief, work: () => Result): Result {
    if (relief === 'finishing' && freeBytes(folder) < bytes / 2 && !freeBallast(folder)) throw diskFull()
    db.pragma('query_only = 0')
    try {
      return freeingBallast(folder, work)
    } finally {
      db.pragma('query_only = 1')
    }
  }

  /** Not all of it must be back: the person made room, and expects to be believed. */
  function hasRecovered(): boolean {
    if (freeBytes(folder) < 2 * bytes) return false
    setSpent(false)
    make(2 * bytes)
    return true
  }

  function runSpent<Result>(relief: Relief, work: () => Result): Result {
    if (relief) return relieve(relief, work)
    try {
      return work()
    } catch (error) {
      if (!isReadOnly(error)) throw error
      if (hasRecovered()) return work()
      throw diskFull(error)
    }
  }

  // The last run may have ended while it was spent.
  if (!isWhole(folder, bytes) && freeBytes(folder) < bytes) setSpent(true)
  else setTimeout(make, delayMs, 10 * bytes).unref()

  return {
    run(relief, work) {
      if (spent && !(relief && hasRecovered())) return runSpent(relief, work)
      try {
        return work()
      } catch (error) {
        if (!relief || !isFull(error) || !freeBallast(folder)) throw error
        setSpent(true)
        return relieve(relief, work)
      }
    },
    close: () => closing.abort(),
  }
}

/** For a history that is only read. */
export const NO_RESERVE: Reserve = { run: (_relief, work) => work(), close: () => undefined }

/** Runs `work` again without the ballast where the disk is full: opening writes too, and is the way to deleting. */
export function freeingBallast<Result>(folder: string, work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!isFull(error) || !freeBallast(folder)) throw error
    return work()
  }
}

function isWhole(folder: string, bytes: number): boolean {
  try {
    const stats = lstatSync(path.join(folder, NAME))
    return stats.isFile() && stats.size >= bytes && stats.blocks * SECTOR_BYTES >= bytes
  } catch {
    return false
  }
}

/** Without end where the disk does not say: then only trying tells. */
function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

function isFull(error: unknown): boolean {
  const known = fromSqliteError(error)
  return known instanceof AppError && known.code === 'disk-full'
}

function isReadOnly(error: unknown): boolean {
  const known = fromSqliteError(error)
  return known instanceof AppError && known.code === 'history-read-only'
}
