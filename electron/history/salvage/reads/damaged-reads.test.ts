import { describe, expect, it, onTestFinished } from 'vitest'
import type { Message } from '../../../../shared/record-types.ts'
import { getConversation } from '../../conversations.ts'
import { type Database, openDatabase } from '../../database.ts'
import { listConversations } from '../../list-conversations.ts'
import { listBranch } from '../../messages.ts'
import { readPrompt } from '../../read-prompt.ts'
import { exchange, newConversation, temporaryHistory } from '../../testing/temporary-history.ts'
import { type BuiltHistory, buildHistory, spoilPage } from '../testing/damaged-history.ts'

function openDamaged(built: BuiltHistory, page: number | undefined): Database {
  spoilPage(built.file, page)
  const db = openDatabase({ file: built.file, key: built.key })
  onTestFinished(() => void db.close())
  return db
}

function branchesOf(db: Database, { conversationIds }: BuiltHistory): Message[] {
  return conversationIds.flatMap(
    (conversationId) => listBranch(db, { conversationId, beforeId: null, limit: 200 }).messages,
  )
}

const small = { conversations: 6, turns: 10 }

describe('a history with a damaged page', () => {
  it('shows every message of a branch in its place, those that cannot be read as such', () => {
    const built = buildHistory(small)
    const whole = openDatabase({ file: built.file, key: built.key })
    const before = branchesOf(whole, built)
    whole.close()
    // Two pages beside each other, so that of some messages not even the one above can be read.
    spoilPage(built.file, built.pagesOf('messages', 'leaf')[2])
    const after = branchesOf(openDamaged(built, built.pagesOf('messages', 'leaf')[1]), built)
    const tree = (messages: Message[]) =>
      messages.map(({ id, parentId, conversationId, role, siblingIds, siblingIndex }) => {
        return { id, parentId, conversationId, role, siblingIds, siblingIndex }
      })
    expect(tree(after)).toEqual(tree(before))
    const lost = after.filter(({ unreadable }) => unreadable)
    expect(lost.length).toBeGreaterThan(3)
    expect(lost.length).toBeLessThan(30)
    const rest = (messages: Message[]) => messages.filter(({ id }) => !lost.some((message) => message.id === id))
    expect(rest(after)).toEqual(rest(before))
    expect(lost.map(({ text, status, unreadable }) => ({ text, status, unreadable }))).toEqual(
      lost.map(() => ({ text: '', status: 'failed', unreadable: [{ field: 'message', raw: null }] })),
    )
  })

  it('pages past a message that cannot be read', () => {
    const built = buildHistory(small)
    const db = openDamaged(built, built.pagesOf('messages', 'leaf')[1])
    for (const conversationId of built.conversationIds) {
      const all = listBranch(db, { conversationId, beforeId: null, limit: 200 }).messages.map(({ id }) => id)
      const paged: string[] = []
      for (let beforeId: string | null = null; ; ) {
        const page = listBranch(db, { conversationId, beforeId, limit: 3 })
        paged.unshift(...page.messages.map(({ id }) => id))
        if (!page.hasMore) break
        beforeId = page.messages[0]?.id ?? null
      }
      expect(paged).toEqual(all)
    }
  })

  it('keeps what stands before a long text whose end is damaged', () => {
    const built = buildHistory(small)
    const damaged = branchesOf(openDamaged(built, built.pagesOf('messages', 'overflow')[0]), built)
    expect(damaged.filter(({ unreadable }) => unreadable)).toMatchObject([
      { role: 'assistant', model: 'small', text: '', unreadable: [{ field: 'message', raw: null }] },
    ])
  })

  it.each([
    ['sqlite_autoindex_conversations_1', 'leaf'],
    ['messages_by_parent', 'leaf'],
    ['sqlite_autoindex_messages_1', 'leaf'],
  ] as const)('reads every text in spite of a damaged %s', (index, type) => {
    const built = buildHistory(small)
    const db = openDamaged(built, built.pagesOf(index, type)[0])
    const listed = listConversations(db, { view: 'active', cursor: null, limit: 100 }).conversations
    expect(listed.map(({ id }) => id).sort()).toEqual([...built.conversationIds].sort())
    const heads = built.conversationIds.map((conversationId) => getConversation(db, { conversationId }))
    expect(heads.map(({ systemPrompt }) => systemPrompt)).toEqual(heads.map((_, place) => `Be brief, ${place}.`))
    const texts = new Map(branchesOf(db, built).map(({ id, text }) => [id, text]))
    expect(texts).toEqual(built.texts)
  })

  it('lists a conversation whose row cannot be read as damaged, and opens it with its messages', () => {
    const built = buildHistory({ conversations: 40, turns: 1 })
    const db = openDamaged(built, built.pagesOf('conversations', 'leaf')[1])
    const page = listConversations(db, { view: 'active', cursor: null, limit: 15 })
    const rest = listConversations(db, { view: 'active', cursor: page.cursor, limit: 100 })
    const listed = [...page.conversations, ...rest.conversations]
    expect({ ids: listed.map(({ id }) => id), total: page.total }).toEqual({
      ids: [...built.conversationIds].reverse(),
      total: 40,
    })
    const damaged = listed.filter((row) => row.damaged)
    expect(damaged.length).toBeGreaterThan(1)
    expect(damaged.length).toBeLessThan(30)
    const conversationId = damaged[0]?.id ?? ''
    expect(getConversation(db, { conversationId })).toMatchObject({ damaged: true, title: '', messageCount: 2 })
    expect(listBranch(db, { conversationId, beforeId: null, limit: 9 }).messages).toMatchObject([
      { role: 'user', text: `question 0 of ${conversationId}` },
      { role: 'assistant' },
    ])
    expect(readPrompt(db, { conversationId, leafId: null, limit: 9, budgetTokens: 9_999 }).messages).toHaveLength(2)
  })

  it('builds a prompt of what can be read', () => {
    const built = buildHistory(small)
    const db = openDamaged(built, built.pagesOf('messages', 'leaf')[1])
    const branch = branchesOf(db, built)
    for (const conversationId of built.conversationIds) {
      const { messages, total } = readPrompt(db, { conversationId, leafId: null, limit: 99, budgetTokens: 999_999 })
      const readable = branch.filter((message) => message.conversationId === conversationId && !message.unreadable)
      expect(messages.map(({ id }) => id)).toEqual(readable.map(({ id }) => id))
      expect(total).toBe(20)
    }
  })
})

describe('a value that this version does not know', () => {
  it('is shown beside the message and kept as it is', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const messageId = exchange(db, conversationId, 'question', 'answer')
    db.pragma('ignore_check_constraints = ON')
    db.prepare("UPDATE messages SET role = 'narrator', status = 'dreaming', error = '{broken' WHERE id = ?").run(
      messageId,
    )
    const [, message] = listBranch(db, { conversationId, beforeId: null, limit: 9 }).messages
    expect(message).toMatchObject({
      text: 'answer',
      role: 'assistant',
      status: 'interrupted',
      unreadable: [
        { field: 'role', raw: 'narrator' },
        { field: 'status', raw: 'dreaming' },
        { field: 'error', raw: '{broken' },
      ],
    })
  })
})
