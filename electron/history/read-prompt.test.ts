import fc from 'fast-check'
import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { estimateMessageTokens } from '../memory/estimate-tokens.ts'
import type { Database } from './database.ts'
import { readPrompt } from './read-prompt.ts'
import { appendChunks } from './replies.ts'
import { begin, exchange, newConversation, temporaryHistory } from './testing/temporary-history.ts'

const UNLIMITED = { limit: 1_000, budgetTokens: 1_000_000 }
const notFound = expect.objectContaining({ code: 'not-found' })

/** A conversation of one branch, added without going through a reply for each. */
function addBranch(db: Database, messages: { role: string; text: string }[]): string {
  const conversationId = newConversation(db)
  const sql = `
    INSERT INTO messages (id, conversation_seq, parent_seq, depth, role, status, text, created_at)
    SELECT @id, c.seq, (SELECT max(seq) FROM messages WHERE conversation_seq = c.seq), @depth, @role, 'complete', @text, 0
    FROM conversations AS c WHERE c.id = @conversationId`
  const insert = db.prepare(sql)
  db.transaction(() => {
    for (const [depth, message] of messages.entries()) insert.run({ ...message, id: uuid(), depth, conversationId })
  })()
  return conversationId
}

function read(db: Database, conversationId: string, limits: Partial<typeof UNLIMITED>, leafId: string | null = null) {
  const { systemPrompt, messages, total } = readPrompt(db, { conversationId, leafId, ...UNLIMITED, ...limits })
  return { systemPrompt, total, messages: messages.map(({ role, text, status }) => [role, text, status]) }
}

/** The same history, counting each message that a walk of a branch comes to. */
function counting(db: Database): { counted: Database; rows(): number } {
  let rows = 0
  db.function('row_seen', { deterministic: false, varargs: true }, () => {
    rows += 1
    return 1
  })
  const count = (sql: string) => sql.replace('ON m.seq = b.parent_seq', 'ON m.seq = b.parent_seq AND row_seen(m.seq)')
  const counted = Object.create(db, { prepare: { value: (sql: string) => db.prepare(count(sql)) } }) as Database
  return { counted, rows: () => rows }
}

describe('the prompt', () => {
  it('is the system prompt and the newest messages of one branch, with what has arrived of a reply', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db, { systemPrompt: 'Be brief.' })
    const leafId = exchange(db, conversationId, 'q1', 'a1')
    const messageId = begin(db, conversationId, { type: 'send', text: 'q2' })
    appendChunks(db, { chunks: [{ messageId, text: 'partly', reasoning: '' }] })
    expect([read(db, conversationId, { limit: 2 }), read(db, conversationId, {}, leafId)]).toEqual([
      {
        systemPrompt: 'Be brief.',
        total: 4,
        messages: [
          ['user', 'q2', 'complete'],
          ['assistant', 'partly', 'streaming'],
        ],
      },
      {
        systemPrompt: 'Be brief.',
        total: 2,
        messages: [
          ['user', 'q1', 'complete'],
          ['assistant', 'a1', 'complete'],
        ],
      },
    ])
  })

  it('has no messages in an empty conversation', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db, { systemPrompt: 'x' })
    expect(read(db, conversationId, {})).toEqual({ systemPrompt: 'x', messages: [], total: 0 })
  })

  it('ends with the newest message when the chosen leaf is gone', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    db.exec('UPDATE conversations SET active_leaf_seq = 999')
    expect(read(db, conversationId, { limit: 1 }).messages).toEqual([['assistant', 'answer', 'complete']])
  })

  it('is not made of what is nowhere or in another conversation', () => {
    const { db } = temporaryHistory()
    const mine = newConversation(db)
    exchange(db, mine, 'mine', 'mine')
    const theirs = exchange(db, newConversation(db), 'theirs', 'theirs')
    expect(() => read(db, mine, {}, theirs)).toThrow(notFound)
    expect(() => read(db, mine, {}, uuid())).toThrow(notFound)
    expect(() => read(db, uuid(), {})).toThrow(notFound)
  })

  it('holds every message that fits the budget and one more, and always the newest question', () => {
    const message = fc.record({ role: fc.constantFrom('user', 'assistant'), text: fc.string({ maxLength: 60 }) })
    const { db } = temporaryHistory()
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 12 }), fc.nat(150), (messages, budgetTokens) => {
        const conversationId = addBranch(db, messages)
        const found = read(db, conversationId, { budgetTokens }).messages
        expect(found).toEqual(messages.slice(-found.length).map(({ role, text }) => [role, text, 'complete']))
        const tokensOf = (part: typeof found) =>
          part.reduce((sum, [, text = '']) => sum + estimateMessageTokens(text), 0)
        const isEnough = (part: typeof found) =>
          tokensOf(part) > budgetTokens && part.some(([role, text]) => role === 'user' && text !== '')
        expect(isEnough(found) || found.length === messages.length).toBe(true)
        expect(isEnough(found.slice(1))).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('reads of 10,000 messages no more than it holds', () => {
    const { db } = temporaryHistory()
    const text = 'About as long as a message is in most conversations. '.repeat(10)
    const messages = Array.from({ length: 10_000 }, (_, index) => ({ role: index % 2 ? 'assistant' : 'user', text }))
    const conversationId = addBranch(db, messages)
    const { counted, rows } = counting(db)
    const found = read(counted, conversationId, { limit: 10_000, budgetTokens: 8_192 })
    expect(found.total).toBe(10_000)
    const fits = Math.floor(8_192 / estimateMessageTokens(text))
    expect(found.messages.length).toBe(fits + 1)
    // The walk is one message ahead of what it gives.
    expect(rows()).toBeLessThanOrEqual(found.messages.length)
    expect(rows()).toBeGreaterThan(found.messages.length - 2)
  })
})
