/** The full check of a history: every page that is in use, every reference, every table read to its end. */
import Sqlite from 'better-sqlite3'
import type { Database } from '../database.ts'
import { listTables } from './tables.ts'

export interface VerifyReport {
  /** What SQLite found wrong, at most 100 findings; they name tables, indexes and pages, never content. */
  integrity: 'ok' | string[]
  /** References to rows that are not there; null where damage keeps them from being counted. */
  foreignKeys: number | null
  /** Rows of each table by name; null for one that cannot be read to its end. */
  counts: Record<string, number | null>
}

/**
 * Reads the whole history. Damage is what it reports, not what it throws: each page carries a checksum of its own
 * (HMAC-SHA512), so a flipped bit in a page that is in use makes reading that page fail.
 * Throws what SQLite throws for anything else (locked, disk gone).
 */
export function verifyHistory(db: Database): VerifyReport {
  return {
    integrity: orDamage<VerifyReport['integrity']>(
      () => readIntegrity(db),
      (found) => [found],
    ),
    foreignKeys: orDamage<number | null>(
      () => (db.pragma('foreign_key_check') as unknown[]).length,
      () => null,
    ),
    counts: Object.fromEntries(listTables(db).map((table) => [table, countRows(db, table)])),
  }
}

/** True when nothing at all is wrong. */
export function isSound({ integrity, foreignKeys, counts }: VerifyReport): boolean {
  return integrity === 'ok' && foreignKeys === 0 && !Object.values(counts).includes(null)
}

function readIntegrity(db: Database): VerifyReport['integrity'] {
  const found = db.prepare<[], string>('PRAGMA integrity_check').pluck().all()
  return found.length === 1 && found[0] === 'ok' ? 'ok' : found
}

/** By the table itself, not by an index that may be whole while the table is not. */
function countRows(db: Database, table: string): number | null {
  const sql = `SELECT count(*) FROM "${table}" NOT INDEXED`
  return orDamage<number | null>(
    () => db.prepare<[], number>(sql).pluck().get() ?? 0,
    () => null,
  )
}

function orDamage<Result>(read: () => Result, damaged: (message: string) => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof Sqlite.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code)) {
      return damaged(error.message)
    }
    throw error
  }
}
