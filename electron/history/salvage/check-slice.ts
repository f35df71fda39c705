/** The check of a whole history in small steps: every row with every column, then every index. */
import { listTables } from '../backup/tables.ts'
import type { Database } from '../database.ts'
import { isDamage, orUndefined, readAround } from './reads/damage.ts'

/** Where the next slice begins; numbers and a name, so that it can cross threads. */
export interface CheckCursor {
  table: string
  /** Rows up to this number are checked. Null: none yet. */
  after: number | null
}

export interface CheckProblems {
  messages: number
  /** `seq` of conversations that are damaged, or have such a message. */
  conversationSeqs: number[]
  /** Damaged places that hold neither. */
  others: number
}

export interface CheckSlice {
  /** Null when everything is checked. */
  cursor: CheckCursor | null
  problems: CheckProblems
}

/** Of work before a slice ends; no row is read in parts, so one of many megabytes takes longer. */
const SLICE_MS = 15

/**
 * Checks from `cursor` (null: from the beginning) for some milliseconds in one read transaction. Each page carries an
 * HMAC, so reading it is checking it. Counting an index reads all of it at once. Throws what SQLite throws, damage aside.
 */
export function checkSlice(db: Database, cursor: CheckCursor | null): CheckSlice {
  const problems: CheckProblems = { messages: 0, conversationSeqs: [], others: 0 }
  const tables = listTables(db)
  const table = cursor ? cursor.table : (tables[0] ?? '')
  const after = checkTable(db, { table, after: cursor?.after ?? null, problems })
  if (after !== null) return { cursor: { table, after }, problems }
  checkIndexes(db, table, problems)
  const next = tables[tables.indexOf(table) + 1]
  return { cursor: next === undefined ? null : { table: next, after: null }, problems }
}

interface TableCheck {
  table: string
  after: number | null
  problems: CheckProblems
}

/** Another index that has all columns would be read instead. */
const PRIMARY_KEY = "SELECT name FROM pragma_index_list(?) WHERE origin = 'pk'"

/** The last row that was reached; null at the end of the table. */
function checkTable(db: Database, { table, after, problems }: TableCheck): number | null {
  const columns = describeColumns(db, table)
  // The cast makes SQLite read a long value to its end, which asking for its length alone does not.
  const bytes = columns.names.map((name) => `coalesce(length(CAST("${name}" AS BLOB)), 0)`).join(' + ')
  if (!columns.hasRowid) {
    const key = db.prepare<[string], string>(PRIMARY_KEY).pluck().get(table)
    readAround(
      () => void db.prepare(`SELECT sum(${bytes}) FROM "${table}" INDEXED BY "${key}"`).get(),
      () => {
        problems.others += 1
      },
    )
    return null
  }
  const sql = `SELECT rowid AS seq, ${bytes} AS bytes FROM "${table}" NOT INDEXED WHERE rowid > ? ORDER BY rowid`
  const end = performance.now() + SLICE_MS
  let last = after ?? BEFORE_ALL
  try {
    for (const { seq } of db.prepare<[number], { seq: number }>(sql).iterate(last)) {
      last = seq
      if (performance.now() > end) return last
    }
    return null
  } catch (error) {
    if (!isDamage(error)) throw error
    const next = findNextReadable(db, sql, last)
    note(db, { table, first: last + 1, last: next ?? Number.MAX_SAFE_INTEGER, problems })
    return next
  }
}

/** An import counts down from 0. */
const BEFORE_ALL = -Number.MAX_SAFE_INTEGER

interface ColumnNames {
  names: string[]
  hasRowid: boolean
}

function describeColumns(db: Database, table: string): ColumnNames {
  const names = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table)
  const sql = "SELECT wr = 0 FROM pragma_table_list WHERE schema = 'main' AND name = ?"
  return { names, hasRowid: db.prepare<[string], number>(sql).pluck().get(table) === 1 }
}

/**
 * The number after which rows can be read again: found by steps that double, then by halving the last one. Null where
 * nothing behind can be read.
 */
function findNextReadable(db: Database, sql: string, last: number): number | null {
  const first = db.prepare<[number], { seq: number }>(`${sql} LIMIT 1`)
  const canRead = (after: number) => orUndefined(() => first.get(after) ?? null) !== undefined
  let below = last
  let step = 1
  while (!canRead(last + step)) {
    below = last + step
    step *= 2
    if (last + step > MOST_ROWS) return null
  }
  let above = last + step
  while (above - below > 1) {
    const middle = below + Math.floor((above - below) / 2)
    if (canRead(middle)) above = middle
    else below = middle
  }
  return above
}

const MOST_ROWS = 2 ** 40

interface Gap {
  table: string
  first: number
  last: number
  problems: CheckProblems
}

/** Counts what stood between two rows that can be read, by indexes, which lie on other pages. */
function note(db: Database, { table, first, last, problems }: Gap): void {
  const range = { first, last }
  if (table === 'messages') {
    const sql = `
      SELECT conversation_seq AS conversation, count(*) AS messages
      FROM messages INDEXED BY sqlite_autoindex_messages_2
      WHERE seq BETWEEN :first AND :last GROUP BY conversation_seq`
    const found = orUndefined(() =>
      db.prepare<[typeof range], { conversation: number; messages: number }>(sql).all(range),
    )
    problems.messages += found?.reduce((sum, { messages }) => sum + messages, 0) ?? 1
    problems.conversationSeqs.push(...(found ?? []).map(({ conversation }) => conversation))
  } else if (table === 'conversations') {
    const sql = `
      SELECT seq FROM conversations INDEXED BY sqlite_autoindex_conversations_1 WHERE +seq BETWEEN :first AND :last`
    problems.conversationSeqs.push(
      ...(orUndefined(() => db.prepare<[typeof range], number>(sql).pluck().all(range)) ?? []),
    )
  } else problems.others += 1
}

function checkIndexes(db: Database, table: string, problems: CheckProblems): void {
  const sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? ORDER BY name"
  for (const index of db.prepare<[string], { name: string; sql: string | null }>(sql).all(table)) {
    if (isOwnIndex(db, table, index.name)) continue
    // Of an index over some rows, only its own condition lets SQLite use it.
    const where = /\bWHERE\b[\s\S]*$/i.exec(index.sql ?? '')?.[0] ?? ''
    readAround(
      // A bare count(*) would be taken from whichever index is smallest.
      () => void db.prepare(`SELECT sum(1) FROM "${table}" INDEXED BY "${index.name}" ${where}`).get(),
      () => {
        problems.others += 1
      },
    )
  }
}

/** A table without row numbers is its primary key's index, and was read as a table. */
function isOwnIndex(db: Database, table: string, index: string): boolean {
  const sql = "SELECT origin = 'pk' FROM pragma_index_list(?) WHERE name = ?"
  const isPrimary = db.prepare<[string, string], number>(sql).pluck().get(table, index) === 1
  return isPrimary && !describeColumns(db, table).hasRowid
}
