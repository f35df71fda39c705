/** Puts every row that can still be read into a new history. */
import Sqlite from 'better-sqlite3'
import type { Database } from '../database.ts'
import { LOST_PART } from './lost-text.ts'
import { isLeaf, readRows, walkTree } from './pages/b-tree.ts'
import type { PageSource } from './pages/page-source.ts'
import type { Row, Value } from './pages/records.ts'
import type { SourceSchema, SourceTable } from './source-schema.ts'

export interface CopyReport {
  /** Pages of tables that could not be read. */
  damagedPages: number
  /** Rows that were read but did not fit the table, by its name. */
  refused: Map<string, number>
  /** Messages of which the end is lost. */
  cutMessages: Set<number>
}

interface Copying {
  pages: PageSource
  db: Database
  report: CopyReport
  /** Called after each page with how many were read by then; a throw ends the work. */
  onPages(pages: number): void
}

/**
 * Row by row into `db`, which has the tables of the same version and no rows. First through the trees; then, where pages
 * inside a tree are damaged, from leaves that nothing leads to any more, told by the shape of their rows. Yields after
 * each table or batch, so that others may run. Throws what `onPages` and SQLite throw.
 */
export function* copyRows({ pages, db, report, onPages }: Copying, schema: SourceSchema): Generator<void> {
  const seen = new Set<number>([1])
  let lost = false
  for (const table of schema.tables) {
    const insert = prepareInsert(db, table, report)
    const walk = {
      kind: table.kind,
      root: table.root ?? 0,
      seen,
      onDamaged: () => {
        report.damagedPages += 1
      },
    }
    for (const _ of inBatches(db, walkTree(pages, walk), insert)) {
      onPages(seen.size)
      yield
    }
    lost ||= table.root === undefined || report.damagedPages > 0
  }
  if (!lost) return
  const inserts = schema.tables.filter(hasShape).map((table) => ({ table, insert: prepareInsert(db, table, report) }))
  for (let number = 2; number <= pages.count; number += 1) {
    if (!seen.has(number)) copyStray({ pages, db, number, inserts })
    if (number % PAGES_PER_TURN === 0) {
      onPages(Math.max(seen.size, number))
      yield
    }
  }
}

const ROWS_PER_TURN = 200
const PAGES_PER_TURN = 200

type Insert = (row: Row) => void

function* inBatches(db: Database, rows: Iterable<Row>, insert: Insert): Generator<void> {
  let batch: Row[] = []
  const write = db.transaction((some: Row[]) => {
    for (const row of some) insert(row)
  })
  for (const row of rows) {
    batch.push(row)
    if (batch.length < ROWS_PER_TURN) continue
    write(batch)
    batch = []
    yield
  }
  write(batch)
  yield
}

interface Stray {
  pages: PageSource
  db: Database
  number: number
  inserts: { table: SourceTable; insert: Insert }[]
}

/** A page that no tree leads to: a leaf of the table that its first row has the shape of, if any. */
function copyStray({ pages, db, number, inserts }: Stray): void {
  const page = pages.read(number)
  const kind = page && (['table', 'index'] as const).find((each) => isLeaf(page, number, each))
  if (!page || !kind) return
  const rows = [...readRows(pages, page, number, kind)]
  const home = inserts.find(({ table }) => table.kind === kind && rows.every((row) => fits(table, row)))
  if (!home || rows.length === 0) return
  db.transaction(() => {
    for (const row of rows) home.insert(row)
  })()
}

/** Rows of numbers alone could belong to several tables. */
function hasShape({ columns }: SourceTable): boolean {
  return columns.some(({ type, isRequired }) => type === 'TEXT' && isRequired)
}

function fits({ columns, rowidColumn }: SourceTable, { values }: Row): boolean {
  if (values.length !== columns.length) return false
  return columns.every(({ name, type, isRequired }, index) => {
    const value = values[index]
    if (value === undefined) return true
    if (value === null) return name === rowidColumn || !isRequired
    return TYPE_OF[typeof value] === type
  })
}

const TYPE_OF: Record<string, string> = { number: 'INTEGER', bigint: 'INTEGER', string: 'TEXT', object: 'BLOB' }

/** A row whose end is lost keeps what is there; a message says so. */
function prepareInsert(db: Database, table: SourceTable, report: CopyReport): Insert {
  const statements = new Map<string, Sqlite.Statement>()
  const isMessages = table.name === 'messages'
  return (row) => {
    const values = valuesOf(table, row)
    if (isMessages && !row.isWhole) {
      Object.assign(values, { status: 'failed', error: LOST_PART, chain_hash: null })
      report.cutMessages.add(row.rowid)
    }
    const names = Object.keys(values)
    const key = names.join()
    const sql = `INSERT OR IGNORE INTO "${table.name}" (${names.map((name) => `"${name}"`).join()})
      VALUES (${names.map((name) => `:${name}`).join()})`
    const insert = statements.get(key) ?? db.prepare(sql)
    statements.set(key, insert)
    try {
      insert.run(values)
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT'))) throw error
      report.refused.set(table.name, (report.refused.get(table.name) ?? 0) + 1)
    }
  }
}

function valuesOf({ columns, rowidColumn }: SourceTable, { rowid, values }: Row): Record<string, Value> {
  const entries = columns.flatMap(({ name }, index): [string, Value][] => {
    if (name === rowidColumn) return [[name, BigInt(rowid)]]
    const value = values[index]
    // A column that was added later is missing from older records, as one that the damage took is: both take the default.
    return value === undefined ? [] : [[name, asInteger(value)]]
  })
  return Object.fromEntries(entries)
}

/** A number would be stored as one with a fraction, which a blob or text column of a damaged record may not have. */
function asInteger(value: Value): Value {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}
