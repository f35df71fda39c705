import Sqlite from 'better-sqlite3'
import type { Database } from '../../database.ts'

/** A page whose check fails, that the file is too short for, or that the disk does not give back. */
const DAMAGE = /^SQLITE_(CORRUPT|NOTADB|IOERR_READ|IOERR_SHORT_READ)/

/** True for what SQLite throws where a place in the file cannot be read. */
export function isDamage(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && DAMAGE.test(error.code)
}

/** What `read` gives; where a place that it needs is damaged, what `around` gives instead. */
export function readAround<Result>(read: () => Result, around: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!isDamage(error)) throw error
    return around()
  }
}

/** What `read` gives, or undefined where a place that it needs is damaged. */
export function orUndefined<Result>(read: () => Result): Result | undefined {
  return readAround<Result | undefined>(read, () => undefined)
}

/**
 * Like `readAround`, in a transaction that only reads: after it has met damage SQLite refuses every further read in it, so
 * it is ended before `around` runs.
 */
export function readAroundInTransaction<Result>(db: Database, read: () => Result, around: () => Result): Result {
  return readAround(read, () => {
    endReading(db)
    return around()
  })
}

/** Ends a transaction that only reads, if one is open. It has nothing to commit, and SQLite may refuse to. */
export function endReading(db: Database): void {
  if (db.inTransaction) db.exec('ROLLBACK')
}
