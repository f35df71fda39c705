import { createHash, type Hash } from 'node:crypto'
import type { Database } from '../database.ts'
import { listTables } from './tables.ts'

/**
 * SHA-256 (hex) of every row of each table in its own order, and of the schema with its version (`schema`). Equal hashes
 * mean equal content, wherever in the two files it lies. Reads everything: about 7 s for a million messages.
 */
export function hashContent(db: Database): Record<string, string> {
  const tables = listTables(db).map((table) => [table, hashTable(db, table)] as const)
  return Object.fromEntries([['schema', hashSchema(db)] as const, ...tables])
}

function hashSchema(db: Database): string {
  const hash = createHash('sha256').update(String(db.pragma('user_version', { simple: true })))
  const sql = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name'
  for (const row of db.prepare<[], unknown[]>(sql).raw().iterate()) addRow(hash, row)
  return hash.digest('hex')
}

function hashTable(db: Database, table: string): string {
  const hash = createHash('sha256')
  const rows = db.prepare<[], unknown[]>(`SELECT * FROM "${table}" ORDER BY ${keyOf(db, table)}`).raw()
  for (const row of rows.iterate()) addRow(hash, row)
  return hash.digest('hex')
}

/** What the rows of a table lie ordered by, so that nothing is sorted. */
function keyOf(db: Database, table: string): string {
  const sql = `
    SELECT c.name FROM pragma_table_list(:table) AS t, pragma_table_info(:table) AS c
    WHERE t.schema = 'main' AND t.wr AND c.pk > 0
    ORDER BY c.pk`
  const columns = db.prepare<[{ table: string }], string>(sql).pluck().all({ table })
  return columns.length === 0 ? 'rowid' : columns.map((column) => `"${column}"`).join()
}

/** One line of JSON for each row. Bytes follow it, with their length in it, so that no two rows give the same lines. */
function addRow(hash: Hash, row: unknown[]): void {
  const blobs: Uint8Array[] = []
  const values = row.map((value) => {
    if (!(value instanceof Uint8Array)) return value
    blobs.push(value)
    return { bytes: value.byteLength }
  })
  hash.update(`${JSON.stringify(values)}\n`)
  for (const blob of blobs) hash.update(blob)
}
