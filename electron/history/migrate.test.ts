import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { hashContent } from './backup/content-hashes.ts'
import { type Database, openDatabase } from './database.ts'
import { type Migration, migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import { openHistoryFile } from './open-history-file.ts'
import released from './released.json'
import { exchange, newConversation, temporaryFile, temporaryHistory } from './testing/temporary-history.ts'

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
    const sql = `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND NOT strict`
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
    expect(() => migrate(db, [ONE, bad])).toThrow(expect.objectContaining({ code: 'migration-failed' }))
    const tables = db.prepare('SELECT name FROM sqlite_schema').pluck().all()
    expect({
      tables,
      version: db.pragma('user_version', { simple: true }),
      keys: db.pragma('foreign_keys', { simple: true }),
    }).toEqual({ tables: ['ones'], version: 1, keys: 1 })
    db.close()
  })

  it.each([
    [
      'a broken reference',
      "INSERT INTO messages (id, conversation_seq, depth, role, status, created_at) VALUES (1, 9, 0, 'user', 'complete', 1)",
    ],
    ['a lost row', 'DELETE FROM requests WHERE seq = 1'],
    ['a lost table', 'DROP TABLE journal'],
  ])('do not commit %s', (_what, sql) => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'question', 'answer')
    db.exec("INSERT INTO journal (id, verb, created_at, before, after) VALUES (1, 'rename', 1, '{}', '{}')")
    const before = hashContent(db)
    const next = { number: migrations.length + 1, name: 'next.sql', sql }
    expect(() => migrate(db, [...migrations, next])).toThrow(expect.objectContaining({ code: 'migration-failed' }))
    expect(hashContent(db)).toEqual(before)
  })

  it('do not stop at a reference that was broken before', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'question', 'answer')
    db.pragma('foreign_keys = OFF')
    db.exec('DELETE FROM conversations')
    const next = { number: migrations.length + 1, name: 'next.sql', sql: 'CREATE TABLE next (a INTEGER) STRICT' }
    expect(migrate(db, [...migrations, next])).toBe(1)
  })

  it('say that the disk is full when it is', () => {
    const { db } = temporaryHistory()
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
    const sql = 'CREATE TABLE large (a BLOB) STRICT; INSERT INTO large VALUES (zeroblob(1000000));'
    const next = { number: migrations.length + 1, name: 'next.sql', sql }
    expect(() => migrate(db, [...migrations, next])).toThrow(expect.objectContaining({ code: 'disk-full' }))
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

  it('call for one backup however many steps there are, while nobody else can write', () => {
    const { file, key } = temporaryFile()
    const [db, other] = [openDatabase({ file, key }), openDatabase({ file, key })]
    const steps = [2, 3].map((number) => ({ number, name: `${number}.sql`, sql: `CREATE TABLE t${number} (a) ` }))
    migrate(db, [ONE])
    other.pragma('busy_timeout = 1')
    const outcomes: string[] = []
    const beforeMigrate = () => {
      try {
        other.exec('INSERT INTO ones VALUES (1)')
      } catch (error) {
        outcomes.push((error as { code: string }).code)
      }
    }
    expect(migrate(db, [ONE, ...steps], { beforeMigrate })).toBe(2)
    expect({ outcomes, again: migrate(other, [ONE, ...steps], { beforeMigrate }) }).toEqual({
      outcomes: ['SQLITE_BUSY'],
      again: 0,
    })
    other.close()
    db.close()
  })
})

describe('a history from a newer version', () => {
  /** Every file in the folder with its content and when it was last written. */
  function filesIn(folder: string): Record<string, string> {
    const files = readdirSync(folder).map((name) => {
      const file = path.join(folder, name)
      const content = createHash('sha256').update(readFileSync(file)).digest('hex')
      return [name, `${content} ${statSync(file, { bigint: true }).mtimeNs}`] as const
    })
    return Object.fromEntries(files)
  }

  it.each([
    ['also when that stands in the log only', (db: Database) => void db.pragma('wal_autocheckpoint = 0'), 2],
    ['also when the log is empty', (db: Database) => void db.pragma('wal_checkpoint(TRUNCATE)'), 2],
    ['also when there is no log', (db: Database) => void db.pragma('journal_mode = DELETE'), 1],
  ])('is refused without one byte or file being written, %s', (_what, leave, count) => {
    const { db, file, key } = temporaryHistory()
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.pragma(`user_version = ${migrations.length + 1}`)
    leave(db)
    // A copy of the files while they are in use is what a crash leaves behind.
    const copy = temporaryFile().file
    for (const end of ['', '-wal']) if (existsSync(file + end)) copyFileSync(file + end, copy + end)
    const before = filesIn(path.dirname(copy))
    expect(Object.keys(before)).toHaveLength(count)
    expect(() => openHistoryFile({ file: copy, key })).toThrow(
      expect.objectContaining({ code: 'history-from-newer-version' }),
    )
    expect(filesIn(path.dirname(copy))).toEqual(before)
  })

  it('is told by its newest commit, not by the file that the log goes with', () => {
    const { db, file, key } = temporaryHistory()
    db.pragma(`user_version = ${migrations.length + 1}`)
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.pragma('wal_autocheckpoint = 0')
    db.pragma(`user_version = ${migrations.length}`)
    const copy = temporaryFile().file
    for (const end of ['', '-wal']) copyFileSync(file + end, copy + end)
    openHistoryFile({ file: copy, key }).close()
  })

  it('is refused by a connection too, where its bytes did not tell', () => {
    const { db } = temporaryHistory()
    db.pragma(`user_version = ${migrations.length + 1}`)
    expect(() => migrate(db, migrations)).toThrow(expect.objectContaining({ code: 'history-from-newer-version' }))
  })
})
