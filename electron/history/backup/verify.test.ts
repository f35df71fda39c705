import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { type Database, openDatabase } from '../database.ts'
import { exchange, newConversation, temporaryHistory } from '../testing/temporary-history.ts'
import { isSound, verifyHistory } from './verify.ts'

const PAGE = 4096

/** A closed history of about 70 pages, with texts that go over several pages. */
function writtenHistory(): { file: string; key: Buffer } {
  const { db, file, key } = temporaryHistory()
  for (const size of [3, 200, 40_000]) exchange(db, newConversation(db), 'question', 'answer '.repeat(size))
  // Nothing checks the bytes of a page that is free.
  db.exec('VACUUM')
  db.close()
  return { file, key }
}

function reading<Result>({ file, key }: { file: string; key: Buffer }, work: (db: Database) => Result): Result {
  const db = openDatabase({ file, key, readonly: true })
  try {
    return work(db)
  } finally {
    db.close()
  }
}

/** Damage of a page that holds the schema is told on opening already. */
function isThoughtSound(history: { file: string; key: Buffer }): boolean {
  try {
    return isSound(reading(history, verifyHistory))
  } catch (error) {
    if (error instanceof AppError && error.code === 'history-corrupt') return false
    throw error
  }
}

describe('the full check of a history', () => {
  it('counts the rows of every table of a sound one', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'question', 'answer')
    const report = verifyHistory(db)
    const { conversations, messages, requests, drafts, list_totals } = report.counts
    expect({ ...report, counts: { conversations, messages, requests, drafts, list_totals } }).toEqual({
      integrity: 'ok',
      foreignKeys: 0,
      counts: { conversations: 1, messages: 2, requests: 1, drafts: 0, list_totals: 2 },
    })
    expect(isSound(report)).toBe(true)
  })

  it('finds one flipped bit in any page that is in use', () => {
    const { file, key } = writtenHistory()
    const sound = readFileSync(file)
    const pages = sound.length / PAGE
    const free = reading({ file, key }, (db) => Number(db.pragma('freelist_count', { simple: true })))
    expect({ free, isLarge: pages > 60 }).toEqual({ free: 0, isLarge: true })
    const unnoticed: number[] = []
    // Page 1 has tests of its own: there damage and a wrong key look the same.
    for (let page = 2; page <= pages; page += 1) {
      const flipped = Buffer.from(sound)
      const at = (page - 1) * PAGE + ((page * 997) % PAGE)
      flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << (page % 8)), at)
      writeFileSync(file, flipped)
      if (isThoughtSound({ file, key })) unnoticed.push(page)
    }
    expect(unnoticed).toEqual([])
  })

  it('says which table cannot be read, and still counts the others', () => {
    const { file, key } = writtenHistory()
    const root = reading({ file, key }, (db) =>
      Number(db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'").pluck().get()),
    )
    const bytes = readFileSync(file)
    bytes.fill(7, (root - 1) * PAGE, root * PAGE)
    writeFileSync(file, bytes)
    const { integrity, counts } = reading({ file, key }, verifyHistory)
    expect(integrity).not.toBe('ok')
    const { messages, conversations } = counts
    expect({ messages, conversations }).toEqual({ messages: null, conversations: 3 })
  })

  it('counts references to what is not there', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'question', 'answer')
    db.pragma('foreign_keys = OFF')
    db.exec('DELETE FROM conversations')
    const report = verifyHistory(db)
    expect({ integrity: report.integrity, foreignKeys: report.foreignKeys, sound: isSound(report) }).toEqual({
      integrity: 'ok',
      foreignKeys: 2,
      sound: false,
    })
  })

  it('finds an index that has lost a row of its table', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'question', 'answer')
    const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'requests_by_message'").pluck().get()
    const drafts = db
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'conversation_tags_by_tag'")
      .pluck()
      .get()
    db.unsafeMode(true)
    onTestFinished(() => void db.unsafeMode(false))
    db.pragma('writable_schema = ON')
    db.prepare("UPDATE sqlite_schema SET rootpage = ? WHERE name = 'requests_by_message'").run(drafts)
    db.prepare("UPDATE sqlite_schema SET rootpage = ? WHERE name = 'conversation_tags_by_tag'").run(root)
    db.pragma('writable_schema = RESET')
    expect(verifyHistory(db).integrity).toContain('row 1 missing from index requests_by_message')
  })
})
