import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { getConversation, trashConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { getDraft, saveDraft } from './drafts.ts'
import { getMessage, listBranch } from './messages.ts'
import { appendChunks, interruptStreaming, listStreaming, updateRequest } from './replies.ts'
import { begin, exchange, finish, NOW, newConversation, SENT, temporaryHistory } from './testing/temporary-history.ts'

const CONFLICT = expect.objectContaining({ code: 'conflict' })
const GONE = expect.objectContaining({ code: 'not-found' })

function branch(db: Database, conversationId: string): string[][] {
  const { messages } = listBranch(db, { conversationId, beforeId: null, limit: 200 })
  return messages.map(({ role, text, status }) => [role, text, status])
}

function say(db: Database, messageId: string, text: string, reasoning = ''): void {
  appendChunks(db, { chunks: [{ messageId, text, reasoning }] })
}

describe('sending', () => {
  it('saves the message, the reply to come, the title and the emptied draft at once', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    saveDraft(db, { conversationId, text: 'Hello there', now: NOW })
    const [userMessageId, replyId] = [uuid(), uuid()]
    const id = begin(
      db,
      conversationId,
      { type: 'send', text: 'Hello there\nand more' },
      { userMessageId, replyId, now: NOW + 9 },
    )
    expect(id).toBe(replyId)
    expect(branch(db, conversationId)).toEqual([
      ['user', 'Hello there\nand more', 'complete'],
      ['assistant', '', 'streaming'],
    ])
    expect(getConversation(db, { conversationId })).toMatchObject({
      title: 'Hello there',
      titleSource: 'auto',
      streaming: true,
      activeLeafId: replyId,
      updatedAt: NOW + 9,
    })
    expect(getMessage(db, { messageId: userMessageId })).toMatchObject({
      parentId: null,
      model: null,
      completedAt: NOW + 9,
    })
    expect(getDraft(db, { conversationId }).text).toBe('')
  })

  it('leaves nothing behind when it fails half-way', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    saveDraft(db, { conversationId, text: 'Hello', now: NOW })
    const before = getConversation(db, { conversationId })
    const windowSource = 'unheard of' as 'server'
    expect(() =>
      begin(db, conversationId, { type: 'send', text: 'Hello' }, { sent: { ...SENT, windowSource } }),
    ).toThrow('CHECK')
    expect(getConversation(db, { conversationId })).toEqual(before)
    expect([branch(db, conversationId), getDraft(db, { conversationId }).text]).toEqual([[], 'Hello'])
  })

  it('is refused while a reply is being written on the same branch, and possible on another', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const first = exchange(db, conversationId, 'q', 'a')
    begin(db, conversationId, { type: 'send', text: 'q2' })
    expect(() => begin(db, conversationId, { type: 'send', text: 'q3' })).toThrow(CONFLICT)
    begin(db, conversationId, { type: 'regenerate', messageId: first })
    expect(listStreaming(db, {})).toHaveLength(2)
  })

  it('is refused in the trash, in a conversation that is gone, and under an id that is taken', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const replyId = exchange(db, conversationId, 'q', 'a')
    expect(() => begin(db, conversationId, { type: 'send', text: 'x' }, { replyId })).toThrow('UNIQUE')
    expect(() => begin(db, conversationId, { type: 'send', text: 'x' }, { userMessageId: replyId })).toThrow('UNIQUE')
    expect(() => begin(db, uuid(), { type: 'send', text: 'x' })).toThrow(GONE)
    trashConversation(db, { conversationId, now: NOW })
    expect(() => begin(db, conversationId, { type: 'send', text: 'x' })).toThrow(CONFLICT)
    expect(branch(db, conversationId)).toHaveLength(2)
  })
})

describe('generating again', () => {
  it('adds a reply beside the first and overwrites nothing', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const first = exchange(db, conversationId, 'q', 'first')
    const second = begin(db, conversationId, { type: 'regenerate', messageId: first })
    const { parentId } = getMessage(db, { messageId: first })
    expect(getMessage(db, { messageId: second })).toMatchObject({
      parentId,
      siblingIds: [first, second],
      status: 'streaming',
    })
    expect(getMessage(db, { messageId: first })).toMatchObject({ text: 'first', status: 'complete' })
    expect(() => begin(db, conversationId, { type: 'regenerate', messageId: first })).toThrow(CONFLICT)
    finish(db, second)
    const third = begin(db, conversationId, { type: 'regenerate', messageId: parentId ?? '' })
    expect(getMessage(db, { messageId: third }).siblingIds).toEqual([first, second, third])
  })

  it('uses the row of a failed reply without a word again, so that failures leave no trail', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const failed = begin(db, conversationId, { type: 'send', text: 'q' })
    const error = { code: 'endpoint-unreachable', message: 'Start the server.', retryable: true } as const
    finish(db, failed, { status: 'failed', error })
    expect(getMessage(db, { messageId: failed }).error).toEqual(error)
    expect(begin(db, conversationId, { type: 'regenerate', messageId: failed }, { model: 'large', now: NOW + 3 })).toBe(
      failed,
    )
    expect(getMessage(db, { messageId: failed })).toMatchObject({
      status: 'streaming',
      error: null,
      model: 'large',
      createdAt: NOW + 3,
    })
    finish(db, failed, { status: 'failed', error })
    const parent = getMessage(db, { messageId: failed }).parentId ?? ''
    expect(begin(db, conversationId, { type: 'regenerate', messageId: parent })).toBe(failed)
  })

  it.each(['text', 'reasoning'] as const)('keeps a failed reply that has some %s', (kind) => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const failed = begin(db, conversationId, { type: 'send', text: 'q' })
    say(db, failed, kind === 'text' ? 'half' : '', kind === 'reasoning' ? 'half' : '')
    finish(db, failed, { status: 'failed' })
    expect(begin(db, conversationId, { type: 'regenerate', messageId: failed })).not.toBe(failed)
  })

  it('keeps an empty reply that was complete', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const empty = exchange(db, conversationId, 'q', '')
    expect(begin(db, conversationId, { type: 'regenerate', messageId: empty })).not.toBe(empty)
  })
})

describe('continuing', () => {
  it.each(['stopped', 'interrupted', 'failed'] as const)(
    'goes on with a reply that was %s, in the same message',
    (status) => {
      const { db } = temporaryHistory()
      const conversationId = newConversation(db)
      const messageId = begin(db, conversationId, { type: 'send', text: 'q' }, { now: NOW })
      say(db, messageId, 'one ', 'thought')
      finish(db, messageId, { status })
      const sent = { ...SENT, sentMessages: 2 }
      const again = begin(
        db,
        conversationId,
        { type: 'continue', messageId },
        { sent, continueMode: 'prefill', now: NOW + 5 },
      )
      say(db, messageId, 'two')
      expect(again).toBe(messageId)
      expect(getMessage(db, { messageId })).toMatchObject({
        text: 'one two',
        status: 'streaming',
        sent,
        createdAt: NOW,
      })
      expect(finish(db, messageId)).toMatchObject({ text: 'one two', reasoning: 'thought', status: 'complete' })
    },
  )

  it('goes on with a complete reply only when the length limit cut it', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const whole = exchange(db, conversationId, 'q', 'whole')
    expect(() => begin(db, conversationId, { type: 'continue', messageId: whole })).toThrow(CONFLICT)
    const cut = begin(db, conversationId, { type: 'send', text: 'q2' })
    expect(() => begin(db, conversationId, { type: 'continue', messageId: cut })).toThrow(CONFLICT)
    say(db, cut, 'cut')
    finish(db, cut, { finishReason: 'length' })
    expect(begin(db, conversationId, { type: 'continue', messageId: cut })).toBe(cut)
  })

  it('is refused for a message of the person and for a reply that has been answered', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const stopped = begin(db, conversationId, { type: 'send', text: 'q' })
    finish(db, stopped, { status: 'stopped' })
    exchange(db, conversationId, 'next', 'a')
    const parent = getMessage(db, { messageId: stopped }).parentId ?? ''
    for (const messageId of [stopped, parent]) {
      expect(() => begin(db, conversationId, { type: 'continue', messageId })).toThrow(CONFLICT)
    }
  })
})

describe('the end of a reply', () => {
  it('moves what arrived into the message, with what is known of how it went', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const messageId = begin(db, conversationId, { type: 'send', text: 'q' })
    for (const text of ['The ', 'answer 😀', '.']) say(db, messageId, text, 'r')
    const measures = {
      promptTokens: 10,
      completionTokens: 3,
      cachedTokens: 4,
      firstTokenMs: 50,
      totalMs: 900,
      reasoningMs: 20,
    }
    const message = finish(db, messageId, { ...measures, model: 'small-v2', now: NOW + 7, unread: true })
    expect(message).toMatchObject({
      ...measures,
      text: 'The answer 😀.',
      reasoning: 'rrr',
      status: 'complete',
      completedAt: NOW + 7,
      model: 'small-v2',
      finishReason: 'stop',
    })
    expect(db.prepare('SELECT count(*) FROM reply_chunks').pluck().get()).toBe(0)
    expect(getConversation(db, { conversationId })).toMatchObject({
      unread: true,
      streaming: false,
      updatedAt: NOW + 7,
    })
  })

  it('comes once: later chunks and another end are refused', () => {
    const { db } = temporaryHistory()
    const messageId = exchange(db, newConversation(db), 'q', 'a')
    expect(() => finish(db, messageId)).toThrow(CONFLICT)
    expect(() => say(db, messageId, 'late')).toThrow(CONFLICT)
    expect(() => say(db, uuid(), 'lost')).toThrow(GONE)
  })

  it('is the same for chunks of several replies, all or none', () => {
    const { db } = temporaryHistory()
    const a = begin(db, newConversation(db), { type: 'send', text: 'qa' })
    const b = begin(db, newConversation(db), { type: 'send', text: 'qb' })
    const chunk = (messageId: string, text: string) => ({ messageId, text, reasoning: '' })
    appendChunks(db, { chunks: [chunk(a, 'a1'), chunk(b, 'b1')] })
    expect(() => appendChunks(db, { chunks: [chunk(a, 'a2'), chunk(uuid(), 'x')] })).toThrow(GONE)
    expect([a, b].map((messageId) => getMessage(db, { messageId }).text)).toEqual(['a1', 'b1'])
  })

  it('is written for every reply that an earlier run left, without moving its conversation', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const messageId = begin(db, conversationId, { type: 'send', text: 'q' })
    say(db, messageId, 'half')
    const before = getConversation(db, { conversationId })
    expect([interruptStreaming(db, { now: NOW + 99 }), interruptStreaming(db, { now: NOW + 99 })]).toEqual([1, 0])
    expect(getMessage(db, { messageId })).toMatchObject({ text: 'half', status: 'interrupted', completedAt: NOW + 99 })
    expect(getConversation(db, { conversationId })).toEqual({ ...before, streaming: false })
  })
})

describe('what a reply was sent', () => {
  it('can be corrected while it streams', () => {
    const { db } = temporaryHistory()
    const messageId = begin(db, newConversation(db), { type: 'send', text: 'q' })
    const sent = { ...SENT, windowTokens: 8192, windowSource: 'server' } as const
    updateRequest(db, { messageId, model: 'found', sent })
    expect(getMessage(db, { messageId })).toMatchObject({ model: 'found', sent })
    finish(db, messageId)
    expect(() => updateRequest(db, { messageId, model: null, sent })).toThrow(CONFLICT)
  })
})
