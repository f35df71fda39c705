import { randomBytes } from 'node:crypto'
import { chmodSync, openSync, readdirSync, readFileSync, readlinkSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from './database.ts'
import { openHistoryFile } from './open-history-file.ts'
import { fromSqliteError } from './sqlite-errors.ts'
import { PAGE, readFilePages } from './testing/sealed-pages.ts'
import { exchange, newConversation, temporaryFile, temporaryHistory } from './testing/temporary-history.ts'

function spoil(file: string, offset: number, length: number): void {
  writeSync(openSync(file, 'r+'), randomBytes(length), 0, length, offset)
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return (fromSqliteError(error) as { code: string }).code
  }
  return 'none'
}

describe('the file of the history', () => {
  it('is made of SQLCipher 4 pages that another program can read with the same key', () => {
    const { db, file, key } = temporaryHistory()
    newConversation(db, { systemPrompt: 'a marker of no other page' })
    db.pragma('wal_checkpoint(TRUNCATE)')
    const pages = readFilePages(file, key)
    // Where page 1 stood in the clear, its first 16 bytes would say "SQLite format 3"; the salt stands there instead.
    expect(pages[0]?.clear.readUInt16BE(0)).toBe(PAGE)
    expect(pages.filter(({ clear }) => clear.includes('a marker of no other page'))).toHaveLength(1)
    expect(() => readFilePages(file, randomBytes(32))).toThrow('fails its check')
  })

  it('holds nothing readable, neither in the database nor in the log beside it', () => {
    const { db, file } = temporaryHistory()
    const conversationId = newConversation(db, { systemPrompt: 'marker-alpha' })
    exchange(db, conversationId, 'marker-beta', 'marker-gamma')
    db.pragma('wal_checkpoint(PASSIVE)')
    exchange(db, conversationId, 'marker-delta', 'marker-epsilon')
    for (const name of [file, `${file}-wal`]) {
      const bytes = readFileSync(name)
      expect(bytes.length).toBeGreaterThan(PAGE)
      expect(['marker-', 'CREATE TABLE', 'SQLite format'].filter((text) => bytes.includes(text))).toEqual([])
    }
  })

  it('keeps nothing of what is deleted once the log is emptied', () => {
    const { db, file, key } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'marker-deleted', 'marker-deleted '.repeat(1000))
    const found = () => {
      db.pragma('wal_checkpoint(TRUNCATE)')
      return readFilePages(file, key).filter(({ clear }) => clear.includes('marker-deleted')).length
    }
    expect(found()).toBeGreaterThan(3)
    db.exec('DELETE FROM conversations')
    expect(found()).toBe(0)
  })
})

describe('opening', () => {
  it('sets what its promises rest on', () => {
    const { db } = temporaryHistory()
    const names = ['auto_vacuum', 'journal_mode', 'synchronous', 'secure_delete', 'foreign_keys', 'temp_store'] as const
    const others = ['cache_size', 'trusted_schema', 'fullfsync', 'checkpoint_fullfsync', 'cipher', 'legacy'] as const
    const read = Object.fromEntries([...names, ...others].map((name) => [name, db.pragma(name, { simple: true })]))
    expect(read).toEqual({
      auto_vacuum: 2,
      journal_mode: 'wal',
      synchronous: 2,
      secure_delete: 1,
      foreign_keys: 1,
      temp_store: 2,
      cache_size: -32_768,
      trusted_schema: 0,
      fullfsync: 1,
      checkpoint_fullfsync: 1,
      cipher: 'sqlcipher',
      legacy: '4',
    })
  })

  it('says that the key is wrong, and changes nothing', () => {
    const { db, file } = temporaryHistory()
    db.close()
    const before = readFileSync(file)
    expect(codeOf(() => openDatabase({ file, key: randomBytes(32) }))).toBe('history-key-wrong')
    expect(codeOf(() => openDatabase({ file, key: randomBytes(31) }))).toBe('history-key-wrong')
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('refuses a file that is no history', () => {
    const { file, key } = temporaryFile()
    writeFileSync(file, 'x'.repeat(10_000))
    expect(codeOf(() => openDatabase({ file, key }))).toBe('history-key-wrong')
  })

  it.skipIf(process.getuid?.() === 0).each([
    ['file', (file: string) => file, 0o400],
    ['folder', (file: string) => path.dirname(file), 0o500],
  ])('says that the %s cannot be written to', (_what, target, mode) => {
    const { db, file, key } = temporaryHistory()
    db.close()
    chmodSync(target(file), mode)
    onTestFinished(() => chmodSync(target(file), 0o700))
    expect(codeOf(() => openHistoryFile({ file, key }))).toBe('history-read-only')
  })

  it('says that the folder is gone', () => {
    const { file, key } = temporaryFile()
    expect(codeOf(() => openDatabase({ file: `${file}/no/such/folder.db`, key }))).toBe('history-unavailable')
  })

  it('refuses every write on a read-only connection', () => {
    const { file, key } = temporaryHistory()
    const reader = openDatabase({ file, key, readonly: true })
    onTestFinished(() => void reader.close())
    expect(codeOf(() => reader.exec('DELETE FROM conversations'))).toBe('history-read-only')
  })
})

describe('a failure of SQLite', () => {
  it('is told as damage when a page fails its check', () => {
    const { db, file, key } = temporaryHistory()
    exchange(db, newConversation(db), 'question', 'answer '.repeat(10_000))
    db.close()
    spoil(file, 30 * PAGE + 100, 20_000)
    const damaged = openDatabase({ file, key })
    onTestFinished(() => void damaged.close())
    expect(codeOf(() => damaged.pragma('integrity_check'))).toBe('history-corrupt')
  })

  it('is told as another program when the file is locked', () => {
    const { db, file, key } = temporaryHistory()
    const other = openDatabase({ file, key })
    onTestFinished(() => void other.close())
    other.exec('BEGIN IMMEDIATE')
    db.pragma('busy_timeout = 1')
    expect(codeOf(() => newConversation(db))).toBe('history-locked')
  })

  it('is told as a full disk when no page can be added', () => {
    const { db } = temporaryHistory()
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
    expect(codeOf(() => newConversation(db, { systemPrompt: 'x'.repeat(1_000_000) }))).toBe('disk-full')
  })
})

describe.skipIf(process.platform !== 'linux')('sorting more than memory is meant for', () => {
  /** How many temporary files SQLite holds while it sorts: it unlinks them at once, so only /proc can tell. */
  function temporaryFilesWhileSorting(db: Database): number {
    let most = 0
    db.function('look', { deterministic: false }, () => {
      const open = readdirSync('/proc/self/fd').map((fd) => readlinkOf(`/proc/self/fd/${fd}`))
      most = Math.max(most, open.filter((target) => target.includes('etilqs')).length)
      return 0
    })
    const rows = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)'
    const sorted = `SELECT i FROM n ORDER BY hex(randomblob(500)) || i`
    db.prepare(`${rows} SELECT count(*), max(look()) FROM (${sorted} LIMIT 19999) WHERE i % 1000 = 0`).get()
    return most
  }

  function readlinkOf(path: string): string {
    try {
      return readlinkSync(path)
    } catch {
      return ''
    }
  }

  it('opens no file, which the default of SQLite would', () => {
    const { db } = temporaryHistory()
    expect(temporaryFilesWhileSorting(db)).toBe(0)
    db.pragma('temp_store = FILE')
    db.pragma('cache_size = 10')
    expect(temporaryFilesWhileSorting(db)).toBeGreaterThan(0)
  })
})
