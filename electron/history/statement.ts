import type Sqlite from 'better-sqlite3'
import type { Database } from './database.ts'

type Parameters = Record<string, number | string | Uint8Array | null>

type Transaction = Sqlite.Transaction<(work: () => unknown) => unknown>

const transactions = new WeakMap<Database, Transaction>()
const prepared = new WeakMap<Database, Map<string, Sqlite.Statement<[Parameters?], unknown>>>()

/** The prepared form of `sql`, compiled once per connection. `Row` is what a row looks like; STRICT tables keep the types true. */
export function statement<Row = unknown>(db: Database, sql: string): Sqlite.Statement<[Parameters?], Row> {
  const ofConnection = prepared.get(db) ?? new Map<string, Sqlite.Statement<[Parameters?], unknown>>()
  prepared.set(db, ofConnection)
  const found = ofConnection.get(sql) ?? db.prepare<[Parameters?], unknown>(sql)
  ofConnection.set(sql, found)
  return found as Sqlite.Statement<[Parameters?], Row>
}

/** Runs `work` in one transaction that takes the write lock at once, so that it cannot fail half-way for want of it. */
export function transact<Result>(db: Database, work: () => Result): Result {
  // Made once for a connection: making one costs more than a small transaction does.
  const transaction = transactions.get(db) ?? db.transaction((inner: () => unknown) => inner())
  transactions.set(db, transaction)
  return transaction.immediate(work) as Result
}
