import { createHash } from 'node:crypto'
import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { Message } from '../../shared/records.ts'
import { getConversation, selectBranch } from './conversations.ts'
import type { Database } from './database.ts'
import { chainHash, getMessage, LIST_BRANCH, listBranch } from './messages.ts'
import { appendChunks } from './replies.ts'
import { begin, exchange, finish, NOW, newConversation, SENT, temporaryHistory } from './testing/temporary-history.ts'

function texts(db: Database, conversationId: string, beforeId: string | null = null, limit = 200): string[] {
  return listBranch(db, { conversationId, beforeId, limit }).messages.map(({ text }) => text)
}

/** A conversation of `count` messages, added without going through a reply for each. */
function addLong(db: Database, count: number): string {
  const conversationId = newConversation(db)
  const sql = `
    INSERT INTO messages (id, conversation_seq, parent_seq, depth, role, status, text, created_at)
    SELECT @id, c.seq, (SELECT max(seq) FROM messages WHERE conversation_seq = c.seq), @depth, 'user', 'complete', @text, 0
    FROM conversations AS c WHERE c.id = @conversationId`
  const insert = db.prepare(sql)
  db.transaction(() => {
    for (let depth = 0; depth < count; depth += 1)
      insert.run({ id: uuid(), depth, text: `message ${depth}`, conversationId })
  })()
  return conversationId
}

describe('a branch', () => {
  it('is read from its end, page by page, oldest first', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    for (const turn of ['1', '2', '3']) exchange(db, conversationId, `q${turn}`, `a${turn}`)
    const last = listBranch(db, { conversationId, beforeId: null, limit: 4 })
    const former = listBranch(db, { conversationId, beforeId: last.messages[0]?.id ?? '', limit: 4 })
    const shown = [last, former].map(({ messages, hasMore }) => ({ texts: messages.map(({ text }) => text), hasMore }))
    expect(shown).toEqual([
      { texts: ['q2', 'a2', 'q3', 'a3'], hasMore: true },
      { texts: ['q1', 'a1'], hasMore: false },
    ])
    expect(texts(db, conversationId, former.messages[0]?.id)).toEqual([])
    expect(listBranch(db, { conversationId, beforeId: null, limit: 6 }).hasMore).toBe(false)
  })

  it('is empty in a conversation without messages, and unknown in one that is not there', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    expect(listBranch(db, { conversationId, beforeId: null, limit: 5 })).toEqual({ messages: [], hasMore: false })
    const other = { conversationId: uuid(), beforeId: null, limit: 5 }
    expect(() => listBranch(db, other)).toThrow(expect.objectContaining({ code: 'not-found' }))
  })

  it('never takes a message of another conversation', () => {
    const { db } = temporaryHistory()
    const mine = newConversation(db)
    exchange(db, mine, 'mine', 'mine')
    const messageId = exchange(db, newConversation(db), 'theirs', 'theirs')
    const refused = expect.objectContaining({ code: 'not-found' })
    expect(() => listBranch(db, { conversationId: mine, beforeId: messageId, limit: 5 })).toThrow(refused)
    expect(() => selectBranch(db, { conversationId: mine, messageId })).toThrow(refused)
  })

  it('shows each message with its alternatives, and another branch when that is chosen', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const first = exchange(db, conversationId, 'question', 'first answer')
    exchange(db, conversationId, 'follow-up', 'more')
    const second = begin(db, conversationId, { type: 'regenerate', messageId: first })
    appendChunks(db, { chunks: [{ messageId: second, text: 'second answer', reasoning: '' }] })
    finish(db, second)
    expect(texts(db, conversationId)).toEqual(['question', 'second answer'])
    const { siblingIds, siblingIndex } = getMessage(db, { messageId: second })
    expect({ siblingIds, siblingIndex }).toEqual({ siblingIds: [first, second], siblingIndex: 1 })
    const conversation = selectBranch(db, { conversationId, messageId: first })
    expect(texts(db, conversationId)).toEqual(['question', 'first answer', 'follow-up', 'more'])
    expect(conversation).toMatchObject({
      messageCount: 5,
      activeLeafId: listBranch(db, { conversationId, beforeId: null, limit: 1 }).messages[0]?.id,
    })
  })

  it('ends with the newest message when the chosen leaf is gone', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    db.exec('UPDATE conversations SET active_leaf_seq = 999')
    expect(texts(db, conversationId)).toEqual(['question', 'answer'])
    expect(getConversation(db, { conversationId }).activeLeafId).not.toBeNull()
  })

  it.each([1_000, 20_000])('of %i messages is read row by row, never by a scan', (count) => {
    const { db } = temporaryHistory()
    addLong(db, count)
    addLong(db, count)
    db.exec('ANALYZE')
    const plan = (sql: string) =>
      db
        .prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all({ leafSeq: 1, limit: 50 })
        .map(({ detail }) => detail)
    const details = plan(LIST_BRANCH)
    // The walk goes through its own queue of rows (b); only the chunks of a streaming reply are sorted.
    expect(details.filter((detail) => /SCAN (?!b$)|TEMP B-TREE(?! FOR group_concat)|AUTOMATIC/.test(detail))).toEqual(
      [],
    )
  })

  it('of any depth goes with its conversation', () => {
    const { db } = temporaryHistory()
    addLong(db, 3_000)
    db.exec('DELETE FROM conversations')
    expect(db.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(0)
  })

  it('can hold no circle and no parent from elsewhere', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'q', 'a')
    exchange(db, newConversation(db), 'q', 'a')
    expect(() => db.exec('UPDATE messages SET parent_seq = 2 WHERE seq = 1')).toThrow('CHECK constraint failed')
    expect(() => db.exec('UPDATE messages SET parent_seq = 1 WHERE seq = 3')).toThrow('FOREIGN KEY constraint failed')
  })
})

describe('a message', () => {
  it('has the shape of the contract, a streaming one with what has arrived', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const messageId = begin(db, conversationId, { type: 'send', text: 'question' }, { now: NOW + 1 })
    appendChunks(db, { chunks: [{ messageId, text: '', reasoning: 'let me ' }] })
    appendChunks(db, { chunks: [{ messageId, text: 'The ', reasoning: 'see' }] })
    appendChunks(db, { chunks: [{ messageId, text: 'answer', reasoning: '' }] })
    const parentId = listBranch(db, { conversationId, beforeId: messageId, limit: 1 }).messages[0]?.id
    expect(Message.strict().parse(getMessage(db, { messageId }))).toEqual({
      id: messageId,
      conversationId,
      parentId,
      role: 'assistant',
      text: 'The answer',
      reasoning: 'let me see',
      status: 'streaming',
      finishReason: null,
      error: null,
      model: 'small',
      endpointName: 'Local',
      createdAt: NOW + 1,
      completedAt: null,
      promptTokens: null,
      completionTokens: null,
      cachedTokens: null,
      firstTokenMs: null,
      totalMs: null,
      reasoningMs: null,
      editedFromId: null,
      attachments: [],
      sent: SENT,
      siblingIndex: 0,
      siblingIds: [messageId],
    })
  })

  it('names its attachments in their order', () => {
    const { db } = temporaryHistory()
    const messageId = exchange(db, newConversation(db), 'q', 'a')
    const add = (position: number, name: string, bytes: Buffer) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      db.prepare('INSERT INTO attachments (sha256, media_type, size_bytes, bytes) VALUES (?, ?, ?, ?)').run(
        sha256,
        'text/plain',
        bytes.length,
        bytes,
      )
      db.prepare('INSERT INTO message_attachments SELECT seq, ?, ?, ? FROM messages WHERE id = ?').run(
        position,
        sha256,
        name,
        messageId,
      )
      return { sha256, name, mediaType: 'text/plain', sizeBytes: bytes.length }
    }
    const second = add(1, 'b.txt', Buffer.from('two'))
    const first = add(0, 'a.txt', Buffer.from('one'))
    expect(getMessage(db, { messageId }).attachments).toEqual([first, second])
  })

  it('is shown with safe values where stored ones are unknown or broken', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const messageId = exchange(db, conversationId, 'q', 'still readable')
    db.pragma('ignore_check_constraints = ON')
    db.exec(`UPDATE messages SET role = 'oracle', status = 'dreaming', error = '{broken', sampling = 'x' WHERE seq = 2`)
    db.exec(`UPDATE requests SET window_source = 'stars'`)
    const { text, role, status, error, sent } = Message.parse(getMessage(db, { messageId }))
    expect({ text, role, status, error: error?.code, source: sent?.windowSource }).toEqual({
      text: 'still readable',
      role: 'assistant',
      status: 'interrupted',
      error: 'unexpected',
      source: 'assumed',
    })
    expect(texts(db, conversationId)).toEqual(['q', 'still readable'])
  })
})

describe('the chain hash', () => {
  it('is SHA-256 over the parent hash, the role, a zero byte and the text', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'Größe?', 'Viel')
    const sha256 = (...parts: Array<string | Buffer>) =>
      createHash('sha256')
        .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
        .digest()
    const first = sha256('user\0Größe?')
    const stored = db.prepare('SELECT chain_hash FROM messages ORDER BY seq').pluck().all()
    expect(stored).toEqual([first, sha256(first, 'assistant\0Viel')])
    expect(chainHash(null, 'user', 'Größe?')).toEqual(first)
  })
})
