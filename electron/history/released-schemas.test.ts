import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exportText } from '../transfer/testing/transfer-in-process.ts'
import { type Database, openDatabase } from './database.ts'
import { migrations } from './migrations.ts'
import { openHistoryFile } from './open-history-file.ts'
import released from './released.json'
import { bundleForNode } from './testing/bundle-for-node.ts'
import { withoutLaterFields } from './testing/later-fields.ts'
import { temporaryFolder } from './testing/small-disk.ts'
import { temporaryFile } from './testing/temporary-history.ts'

const FIXTURES = path.join(import.meta.dirname, '../../tests/fixtures/histories')

const folderOf = (version: number): string => path.join(FIXTURES, `schema-${version}`)

/** Every schema that was on somebody's disk before the newest one. */
function formerSchemas(list: Record<string, string>): number[] {
  return Object.keys(list)
    .map((name) => Number.parseInt(name, 10))
    .filter((version) => version < Object.keys(list).length)
}

/** A copy of a fixture, where a crash left it, and its key. */
function copyOf(version: number): { file: string; key: Buffer } {
  const { file } = temporaryFile()
  for (const end of ['', '-wal']) copyFileSync(path.join(folderOf(version), `history.db${end}`), file + end)
  return { file, key: Buffer.from(readFileSync(path.join(folderOf(version), 'key.hex'), 'utf8').trim(), 'hex') }
}

/** The columns of every table, without what SQLite computes. */
function columnsOf(db: Database): Map<string, string[]> {
  const sql = `
    SELECT t.name AS name, c.name AS column FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c
    WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND c.hidden = 0`
  const tables = new Map<string, string[]>()
  for (const row of db.prepare<[], { name: string; column: string }>(sql).all()) {
    tables.set(row.name, [...(tables.get(row.name) ?? []), row.column])
  }
  return tables
}

function rowsOf(db: Database, tables: Map<string, string[]>): Record<string, unknown[]> {
  const read = (name: string, columns: string[]) => {
    const list = columns.map((column) => `"${column}"`).join()
    return db.prepare(`SELECT ${list} FROM "${name}" ORDER BY ${list}`).raw().all()
  }
  return Object.fromEntries([...tables].map(([name, columns]) => [name, read(name, columns)]))
}

const kept = Array.from({ length: migrations.length }, (_, index) => index + 1).filter((version) =>
  existsSync(folderOf(version)),
)

/** Tables that a later migration put into others; its own test follows their rows. */
const MOVED = ['endpoint_models']

describe('a history of a released schema', () => {
  it('is kept for every schema before the newest', () => {
    expect(formerSchemas(released).filter((version) => !kept.includes(version))).toEqual([])
    expect(formerSchemas({ '0001-a.sql': '', '0002-b.sql': '', '0003-c.sql': '' })).toEqual([1, 2])
  })

  it.each(kept)('%i opens, is brought to the newest schema and exports what it exported then', (version) => {
    const { file, key } = copyOf(version)
    const db = openHistoryFile({ file, key })
    onTestFinished(() => void db.close())
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('foreign_key_check')).toEqual([])
    expect(withoutLaterFields(exportText(db))).toBe(readFileSync(path.join(folderOf(version), 'export.json'), 'utf8'))
  })

  it.each(kept)('%i keeps every row of every table, also of those that no export holds', (version) => {
    const { file, key } = copyOf(version)
    const before = openDatabase({ file, key })
    const tables = columnsOf(before)
    for (const name of MOVED) tables.delete(name)
    const rows = rowsOf(before, tables)
    expect(Object.entries(rows).filter(([, found]) => found.length === 0)).toEqual([])
    before.close()
    const db = openHistoryFile({ file, key })
    onTestFinished(() => void db.close())
    expect(rowsOf(db, tables)).toEqual(rows)
  })
})

describe('keeping the present schema', () => {
  it('gives a history with rows in every table, and never writes over one that is kept', async () => {
    const program = await bundleForNode({ 'keep-schema': 'testing/keep-schema.ts' })
    onTestFinished(() => rmSync(program, { recursive: true }))
    const fixtures = temporaryFolder()
    const keep = () => spawnSync(process.execPath, [path.join(program, 'keep-schema.mjs'), fixtures])
    expect(keep().stderr.toString()).toBe('')
    const kept = path.join(fixtures, `schema-${migrations.length}`)
    expect(readdirSync(kept).sort()).toEqual(['export.json', 'history.db', 'history.db-wal', 'key.hex'])
    const key = Buffer.from(readFileSync(path.join(kept, 'key.hex'), 'utf8').trim(), 'hex')
    const before = readFileSync(path.join(kept, 'history.db'))
    expect(keep().status).toBe(1)
    expect(readFileSync(path.join(kept, 'history.db')).equals(before)).toBe(true)
    const db = openDatabase({ file: path.join(kept, 'history.db'), key })
    onTestFinished(() => void db.close())
    expect(Object.entries(rowsOf(db, columnsOf(db))).filter(([, rows]) => rows.length === 0)).toEqual([])
    expect(exportText(db)).toBe(readFileSync(path.join(kept, 'export.json'), 'utf8'))
  })
})
