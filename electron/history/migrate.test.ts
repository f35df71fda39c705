import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { type Migration, migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { openHistoryFile } from './open-history-file.ts'
import released from './released.json'
import { temporaryFile, temporaryHistory } from './testing/temporary-history.ts'

const ONE: Migration = { number: 1, name: '0001-one.sql', sql: 'CREATE TABLE ones (a INTEGER) STRICT;' }

function hashesOf(list: readonly Migration[]): Record<string, string> {
  return Object.fromEntries(list.map(({ name, sql }) => [name, createHash('sha256').update(sql).digest('hex')]))
}

function emptyDatabase() {
  const { file, key } = temporaryFile()
  return openDatabase({ file, key })
}

describe('migrations', () => {
  it('are never changed once released', () => {
    expect(hashesOf(migrations)).toEqual(released)
  })

  it('are found out when a released one changes by a space', () => {
    const changed = migrations.map((migration) => ({ ...migration, sql: `${migration.sql} ` }))
    expect(hashesOf(changed)).not.toEqual(released)
  })

  it('lead to the schema that stands in schema.sql', async () => {
    const { db } = temporaryHistory()
    const rows = db
      .prepare<[], { sql: string }>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
      .all()
    const version = Number(db.pragma('user_version', { simple: true }))
    const head = `-- Generated from migrations/. Update with: vitest run electron/history/migrate.test.ts -u\n\n`
    const dump = `${head}${rows.map(({ sql }) => `${sql};`).join('\n\n')}\n\nPRAGMA user_version = ${version};\n`
    await expect(dump).toMatchFileSnapshot('schema.sql')
  })

  it('make every table check the types of what it is given', () => {
    const { db } = temporaryHistory()
    const sql = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict`
    expect(db.prepare(sql).pluck().all()).toEqual([])
    expect(() => db.exec(`INSERT INTO settings (key, value) VALUES ('x', x'00')`)).toThrow(
      'cannot store BLOB value in TEXT',
    )
  })

  it('run once, however often the file is opened', () => {
    const db = emptyDatabase()
    expect([migrate(db, [ONE]), migrate(db, [ONE])]).toEqual([1, 0])
    db.close()
  })

  it('leave the file as it was when one fails half-way', () => {
    const db = emptyDatabase()
    migrate(db, [ONE])
    const bad = {
      number: 2,
      name: '0002-bad.sql',
      sql: 'DROP TABLE ones; CREATE TABLE two (a INTEGER); SELECT unknown();',
    }
    expect(() => migrate(db, [ONE, bad])).toThrow('no such function')
    const tables = db.prepare('SELECT name FROM sqlite_schema').pluck().all()
    expect({
      tables,
      version: db.pragma('user_version', { simple: true }),
      keys: db.pragma('foreign_keys', { simple: true }),
    }).toEqual({ tables: ['ones'], version: 1, keys: 1 })
    db.close()
  })

  it('do not commit a broken reference', () => {
    const db = emptyDatabase()
    const sql =
      'CREATE TABLE a (b INTEGER REFERENCES c (d)); CREATE TABLE c (d INTEGER PRIMARY KEY); INSERT INTO a VALUES (1);'
    expect(() => migrate(db, [{ number: 1, name: '0001-a.sql', sql }])).toThrow('1 broken references')
    expect(db.pragma('user_version', { simple: true })).toBe(0)
    db.close()
  })

  it('are refused when a number is missing', () => {
    const db = emptyDatabase()
    expect(() => migrate(db, [{ ...ONE, number: 2 }])).toThrow('should have number 1')
    db.close()
  })

  it('call for a backup before they change an existing file, and change nothing when that fails', () => {
    const db = emptyDatabase()
    const calls: number[] = []
    const beforeMigrate = () => {
      calls.push(db.pragma('user_version', { simple: true }) as number)
      throw new Error('no backup')
    }
    const two = { number: 2, name: '0002-two.sql', sql: 'CREATE TABLE twos (a INTEGER) STRICT;' }
    migrate(db, [ONE], { beforeMigrate })
    expect(() => migrate(db, [ONE, two], { beforeMigrate })).toThrow('no backup')
    expect({ calls, version: db.pragma('user_version', { simple: true }) }).toEqual({ calls: [1], version: 1 })
    db.close()
  })
})

describe('a history from a newer version', () => {
  it('is refused without one byte of it being changed, also when commits still stand in the log', () => {
    const { db, file, key } = temporaryHistory()
    db.pragma(`user_version = ${migrations.length + 1}`)
    // A copy of both files while they are in use is what a crash leaves behind.
    const copy = temporaryFile().file
    copyFileSync(file, copy)
    copyFileSync(`${file}-wal`, `${copy}-wal`)
    const bytes = () => [copy, `${copy}-wal`].map((name) => readFileSync(name).toString('base64'))
    const before = bytes()
    expect(() => openHistoryFile({ file: copy, key })).toThrow(
      expect.objectContaining({ code: 'history-from-newer-version' }),
    )
    expect(bytes()).toEqual(before)
  })
})
