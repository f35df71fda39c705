import { describe, expect, it } from 'vitest'
import { temporaryHistory } from '../testing/temporary-history.ts'
import { beginImport } from '../transfer.ts'
import { importConversations } from './conversations.ts'

function id(number: number): string {
  return `01980000-0000-7000-8000-${String(number).padStart(12, '0')}`
}

function conversation(number: number, parentId?: string) {
  const message = { role: 'user', status: 'complete', createdAt: 1, text: 'text' }
  const times = { createdAt: 1, updatedAt: 1 }
  const messages = [
    { ...message, id: id(number + 1) },
    { ...message, id: id(number + 2), parentId: parentId ?? id(number + 1) },
  ]
  return { id: id(number), title: 'Title', titleSource: 'user', ...times, messages }
}

describe('a batch of conversations', () => {
  it('leaves nothing of itself when one of them cannot be kept whole', () => {
    const { db } = temporaryHistory()
    const { place } = beginImport(db, { messagesAtMost: 100 })
    const importing = (...conversations: unknown[]) =>
      importConversations(db, { batch: new TextEncoder().encode(JSON.stringify(conversations)), place })
    expect(() => importing(conversation(10), conversation(20, id(99)))).toThrow()
    const count = (table: string) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
    expect({ conversations: count('conversations'), messages: count('messages') }).toEqual({
      conversations: 0,
      messages: 0,
    })
    importing(conversation(10), conversation(20))
    expect({ conversations: count('conversations'), messages: count('messages') }).toEqual({
      conversations: 2,
      messages: 4,
    })
  })
})
