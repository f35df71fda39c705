import { describe, expect, it } from 'vitest'
import { getConversation, renameConversation, restoreConversation, trashConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { eraseConversations } from './erase/erase.ts'
import { exchange, NOW, newConversation, temporaryHistory } from './testing/temporary-history.ts'
import { awaitsModelTitle, setModelTitle } from './titles.ts'

function untouched(): { db: Database; conversationId: string } {
  const { db } = temporaryHistory()
  const conversationId = newConversation(db)
  exchange(db, conversationId, 'When do the cherries bloom in Kyoto?', 'At the end of March.')
  return { db, conversationId }
}

const made = { title: 'Cherry blossoms in Kyoto', model: 'small' }

describe('a title made by a model', () => {
  it('takes the place of the first line, and nothing else changes', () => {
    const { db, conversationId } = untouched()
    const before = getConversation(db, { conversationId })
    expect(awaitsModelTitle(db, { conversationId })).toBe(true)
    expect(setModelTitle(db, { conversationId, ...made })).toBe(true)
    expect(getConversation(db, { conversationId })).toEqual({ ...before, title: made.title })
  })

  it('is made once', () => {
    const { db, conversationId } = untouched()
    setModelTitle(db, { conversationId, ...made })
    expect(awaitsModelTitle(db, { conversationId })).toBe(false)
    expect(setModelTitle(db, { conversationId, title: 'Another', model: 'large' })).toBe(false)
    expect(getConversation(db, { conversationId }).title).toBe(made.title)
  })

  it('is not asked for again after an answer of no use, and the first line stays', () => {
    const { db, conversationId } = untouched()
    expect(setModelTitle(db, { conversationId, title: null, model: 'small' })).toBe(true)
    expect(awaitsModelTitle(db, { conversationId })).toBe(false)
    expect(getConversation(db, { conversationId }).title).toBe('When do the cherries bloom in Kyoto?')
  })

  it('never replaces a name that a person gave while it was being made', () => {
    const { db, conversationId } = untouched()
    expect(awaitsModelTitle(db, { conversationId })).toBe(true)
    renameConversation(db, { conversationId, title: 'Trip', source: 'user' })
    expect(awaitsModelTitle(db, { conversationId })).toBe(false)
    expect(setModelTitle(db, { conversationId, ...made })).toBe(false)
    expect(setModelTitle(db, { conversationId, title: null, model: 'small' })).toBe(false)
    expect(getConversation(db, { conversationId })).toMatchObject({ title: 'Trip', titleSource: 'user' })
  })

  it('gives way to a name that a person gives just after it', () => {
    const { db, conversationId } = untouched()
    setModelTitle(db, { conversationId, ...made })
    renameConversation(db, { conversationId, title: 'Trip', source: 'user' })
    expect(getConversation(db, { conversationId })).toMatchObject({ title: 'Trip', titleSource: 'user' })
  })

  it('is for no conversation that came with a title, is in the trash, or is erased', () => {
    const { db, conversationId } = untouched()
    trashConversation(db, { conversationId, now: NOW })
    expect(awaitsModelTitle(db, { conversationId })).toBe(false)
    expect(setModelTitle(db, { conversationId, ...made })).toBe(false)
    restoreConversation(db, { conversationId })
    expect(awaitsModelTitle(db, { conversationId })).toBe(true)
    eraseConversations(db, { conversationIds: [conversationId] })
    expect(awaitsModelTitle(db, { conversationId })).toBe(false)
    expect(setModelTitle(db, { conversationId, ...made })).toBe(false)

    const imported = newConversation(db)
    renameConversation(db, { conversationId: imported, title: 'From elsewhere', source: 'import' })
    expect(awaitsModelTitle(db, { conversationId: imported })).toBe(false)
  })
})
