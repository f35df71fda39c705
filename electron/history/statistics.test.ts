import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { trashConversation } from './conversations.ts'
import { getStatistics } from './statistics.ts'
import { begin, NOW, newConversation, temporaryHistory } from './testing/temporary-history.ts'

const valuesOf = (db: Parameters<typeof getStatistics>[0]) =>
  Object.fromEntries(getStatistics(db).map(({ id, value }) => [id, value]))

describe('getStatistics', () => {
  it('counts conversations that hold something and are not in the trash, all messages, and the size of the file', () => {
    const { db, file } = temporaryHistory()
    expect(valuesOf(db)).toMatchObject({ conversations: 0, messages: 0 })
    for (const text of ['one', 'two']) begin(db, newConversation(db), { type: 'send', text })
    const trashed = newConversation(db)
    begin(db, trashed, { type: 'send', text: 'three' })
    trashConversation(db, { conversationId: trashed, now: NOW })
    newConversation(db)
    expect(valuesOf(db)).toMatchObject({ conversations: 2, messages: 6 })
    db.pragma('wal_checkpoint(TRUNCATE)')
    expect(valuesOf(db).historySize).toBe(statSync(file).size)
  })
})
