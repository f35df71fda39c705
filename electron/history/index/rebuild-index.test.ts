import { describe, expect, it } from 'vitest'
import { NO_RESERVE } from '../ballast.ts'
import type { Database } from '../database.ts'
import { workIdly } from '../idle-work.ts'
import { fromSqliteError } from '../sqlite-errors.ts'
import { exchange, newConversation, temporaryHistory } from '../testing/temporary-history.ts'
import { findMessages } from './find-messages.ts'
import { indexEverything } from './index-messages.ts'
import { rebuildIndex } from './rebuild-index.ts'
import { allEntries, expectedEntries } from './testing/index-entries.ts'

const PLAIN = { conversationId: null, withTrash: false, order: 'newest', words: 'all', limit: 5, cursor: null } as const

/** A history of 20 messages whose index says nonsense. */
function withDamagedIndex(): Database {
  const { db } = temporaryHistory()
  const conversationId = newConversation(db)
  for (let turn = 0; turn < 10; turn += 1) exchange(db, conversationId, `a question ${turn}`, `an answer ${turn}`)
  indexEverything(db)
  // SQLite lets nobody else write there.
  db.unsafeMode(true)
  for (const index of ['message_index', 'message_stems']) {
    db.exec(`UPDATE ${index}_data SET block = x'ffffffffffff' WHERE id >= 10`)
  }
  db.unsafeMode(false)
  return db
}

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return (fromSqliteError(error) as { code: string }).code
  }
}

describe('an index that is damaged in itself', () => {
  it('is told as that, and finds everything again after it was made anew', () => {
    const db = withDamagedIndex()
    expect(codeOf(() => findMessages(db, { ...PLAIN, query: 'question' }))).toBe('index-damaged')
    rebuildIndex(db)
    expect(findMessages(db, { ...PLAIN, query: 'question' })).toMatchObject({ messages: [], isIndexing: true })
    indexEverything(db)
    expect(findMessages(db, { ...PLAIN, query: 'question' }).messages).toHaveLength(5)
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })

  it('is made anew by the idle worker that comes upon it', () => {
    const db = withDamagedIndex()
    db.exec('UPDATE message_index_state SET indexed_through = 10')
    while (workIdly(db, NO_RESERVE) !== null);
    expect(findMessages(db, { ...PLAIN, query: 'question' }).messages).toHaveLength(5)
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })
})
