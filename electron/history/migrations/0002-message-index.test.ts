import { describe, expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../database.ts'
import { indexEverything, isIndexing } from '../index/index-messages.ts'
import { allEntries, expectedEntries } from '../index/testing/index-entries.ts'
import { migrate } from '../migrate.ts'
import { migrations } from '../migrations.ts'
import { temporaryFile } from '../testing/temporary-history.ts'

const TABLES = [
  'conversations',
  'messages',
  'drafts',
  'tags',
  'conversation_tags',
  'list_totals',
  'reply_chunks',
] as const

/** A history of schema 1: active, pinned and trashed conversations, a branch, and messages below and above zero. */
function formerHistory(): Database {
  const { file, key } = temporaryFile()
  const db = openDatabase({ file, key })
  onTestFinished(() => void db.close())
  migrate(db, migrations.slice(0, 1))
  db.exec(`
    INSERT INTO conversations (seq, id, activity_seq, trashed_seq, active_leaf_seq, created_at, updated_at, pinned_at,
      trashed_at, title, system_prompt, raw_import)
    VALUES (-2, 'imported', -1, NULL, -7, 1, 2, NULL, NULL, 'Imported', '', '{}'),
      (1, 'pinned', 5, NULL, 4, 1, 2, 3, NULL, 'Pinned', 'a prompt', NULL),
      (2, 'trashed', 4, 1, NULL, 1, 2, NULL, 9, 'Trashed', '', NULL);
    INSERT INTO messages (seq, id, conversation_seq, parent_seq, depth, role, status, created_at, text)
    VALUES (-8, 'a', -2, NULL, 0, 'user', 'complete', 1, 'a harbour'),
      (-7, 'b', -2, -8, 1, 'assistant', 'complete', 1, '北京的夜景'),
      (1, 'c', 1, NULL, 0, 'user', 'complete', 1, 'running'),
      (2, 'd', 1, 1, 1, 'assistant', 'failed', 1, ''),
      (4, 'e', 1, 1, 1, 'assistant', 'streaming', 1, '');
    INSERT INTO reply_chunks VALUES (4, 1, 'text', 'so far');
    INSERT INTO drafts VALUES (1, 1, 'a draft');
    INSERT INTO tags VALUES (1, 'tag', 'Tag');
    INSERT INTO conversation_tags VALUES (-2, 1)`)
  return db
}

function rowsOf(db: Database): Record<string, unknown[]> {
  const read = (table: string) => db.prepare<[], object>(`SELECT * FROM ${table} ORDER BY 1, 2`).all()
  return Object.fromEntries(TABLES.map((table) => [table, read(table)]))
}

describe('a history of schema 1', () => {
  it('keeps every row, and nothing in it is hidden', () => {
    const db = formerHistory()
    const before = rowsOf(db)
    migrate(db, migrations.slice(0, 2))
    const conversations = before.conversations?.map((row) => ({ ...(row as object), hidden: null }))
    expect(rowsOf(db)).toEqual({ ...before, conversations })
    expect([db.pragma('foreign_key_check'), db.pragma('integrity_check', { simple: true })]).toEqual([[], 'ok'])
  })

  it('still counts its lists, and no longer what is hidden', () => {
    const db = formerHistory()
    migrate(db, migrations.slice(0, 2))
    const totals = () => db.prepare<[], number>('SELECT total FROM list_totals ORDER BY view').pluck().all()
    expect(totals()).toEqual([2, 1])
    db.exec("UPDATE conversations SET hidden = 'erasing' WHERE id IN ('pinned', 'trashed')")
    expect(totals()).toEqual([1, 0])
    db.exec("DELETE FROM conversations WHERE id = 'trashed'; UPDATE conversations SET hidden = NULL")
    expect(totals()).toEqual([2, 0])
    db.exec(`
      INSERT INTO conversations (id, activity_seq, hidden, created_at, updated_at)
      VALUES ('coming', 9, 'importing', 1, 1);
      UPDATE conversations SET trashed_at = 1, trashed_seq = 7 WHERE id = 'pinned'`)
    expect(totals()).toEqual([1, 1])
  })

  it('is indexed afterwards, step by step, except for what is being written', () => {
    const db = formerHistory()
    migrate(db, migrations)
    expect([allEntries(db), isIndexing(db)]).toEqual([[], true])
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
    expect(allEntries(db).length).toBe(2 + 5 + 1 + 1)
    expect(isIndexing(db)).toBe(false)
  })

  it('may be empty', () => {
    const { file, key } = temporaryFile()
    const db = openDatabase({ file, key })
    onTestFinished(() => void db.close())
    migrate(db, migrations.slice(0, 1))
    migrate(db, migrations)
    expect(isIndexing(db)).toBe(false)
  })
})
