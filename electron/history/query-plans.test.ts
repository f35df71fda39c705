import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Database } from './database.ts'
import { openHistoryFile } from './open-history-file.ts'
import { copyOfCachedHistory } from './testing/cached-history.ts'
import { goldenPlans, statementsOfThePerson, wrongSteps } from './testing/query-plans.ts'
import { exchange, newConversation, temporaryHistory } from './testing/temporary-history.ts'

const GOLDEN = path.join(import.meta.dirname, 'query-plans.txt')
const MESSAGES = 10_000

/** A history of years, without statistics: the app makes none, but another tool may have. */
function large(): Database {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-plans-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const db = openHistoryFile(copyOfCachedHistory(MESSAGES, folder))
  onTestFinished(() => void db.close())
  return db
}

/** As if every table had `times` as many rows; how well an index selects stays. */
function multiplyStatistics(db: Database, times: number): void {
  db.exec('ANALYZE')
  db.exec(`
    UPDATE sqlite_stat1 SET stat = cast(stat AS INTEGER) * ${times} || ltrim(stat, '0123456789');
    DELETE FROM sqlite_stat4;
    ANALYZE sqlite_schema`)
}

describe('what a person waits for', () => {
  it('goes by the plans that were looked at, whatever the statistics say', async () => {
    const db = large()
    const statements = statementsOfThePerson(db)
    const without = goldenPlans(db, statements)
    expect(statements.flatMap((sql) => wrongSteps(db, sql))).toEqual([])
    await expect(without).toMatchFileSnapshot(GOLDEN)
    db.exec('ANALYZE')
    expect(goldenPlans(db, statements)).toBe(without)
    multiplyStatistics(db, 100)
    expect(goldenPlans(db, statements)).toBe(without)
  })

  it.each([3, 20])(
    'is never read by going through a table that grows, with statistics of %i conversations',
    (count) => {
      const { db } = temporaryHistory()
      for (let made = 0; made < count; made += 1) exchange(db, newConversation(db), 'question', 'answer')
      db.exec('ANALYZE')
      const wrong = statementsOfThePerson(db).flatMap((sql) => wrongSteps(db, sql).map((step) => ({ step, sql })))
      expect(wrong).toEqual([])
    },
  )

  it('says of every join which table comes first', () => {
    const { db } = temporaryHistory()
    const free = /(?<!\bCROSS |\bLEFT )\bJOIN\b/
    expect(statementsOfThePerson(db).filter((sql) => free.test(sql))).toEqual([])
    expect(free.test('SELECT 1 FROM branch AS b JOIN messages AS m ON m.seq = b.parent_seq')).toBe(true)
  })
})

describe('a statement that goes through a table that grows', () => {
  it.each([
    ['SELECT id FROM messages WHERE text = :text', 'SCAN messages'],
    ['SELECT id FROM conversations WHERE title = :title', 'SCAN conversations'],
    ['SELECT id FROM messages WHERE conversation_seq = :c ORDER BY created_at', 'USE TEMP B-TREE FOR ORDER BY'],
  ])('is found out: %s', (sql, step) => {
    const { db } = temporaryHistory()
    expect(wrongSteps(db, sql)).toEqual([step])
  })
})
