import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { ConversationRow } from '../../shared/records.ts'
import { renameConversation, restoreConversation, trashConversation, updateConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { LIST_ACTIVE, LIST_TOTAL, LIST_TRASH, listConversations } from './list-conversations.ts'
import { begin, exchange, NOW, newConversation, temporaryHistory } from './testing/temporary-history.ts'

/** A conversation of one exchange, named so that tests can speak of it. */
function add(db: Database, title: string, now = NOW): string {
  const conversationId = newConversation(db, { now })
  renameConversation(db, { conversationId, title, source: 'user' })
  exchange(db, conversationId, 'question', 'answer')
  return conversationId
}

function titles(db: Database, view: 'active' | 'trash' = 'active'): string[] {
  return listConversations(db, { view, cursor: null, limit: 200 }).conversations.map(({ title }) => title)
}

/** The list as it is read page by page. */
function pages(db: Database, view: 'active' | 'trash', limit: number): string[][] {
  const read: string[][] = []
  for (let cursor: string | null = null, more = true; more; ) {
    const page = listConversations(db, { view, cursor, limit })
    read.push(page.conversations.map(({ title }) => title))
    cursor = page.cursor
    more = cursor !== null
  }
  return read
}

/** Adds `count` bare conversations, every tenth pinned and every seventh in the trash. */
function fill(db: Database, count: number): void {
  const insert = db.prepare(`
    INSERT INTO conversations (id, activity_seq, title, active_leaf_seq, created_at, updated_at, pinned_at, trashed_at, trashed_seq)
    VALUES (@id, @seq, @id, 1, 0, 0, @pinned, @trashed, @trashed)`)
  db.transaction(() => {
    for (let seq = 1; seq <= count; seq++) {
      insert.run({ id: uuid(), seq, pinned: seq % 10 === 0 ? 1 : null, trashed: seq % 7 === 0 ? seq : null })
    }
  })()
  db.exec('ANALYZE')
}

describe('the list of conversations', () => {
  it('is ordered by activity, whatever the clock says', () => {
    const { db } = temporaryHistory()
    const first = add(db, 'first', NOW + 1_000_000)
    add(db, 'second', NOW - 1_000_000)
    add(db, 'third', 0)
    expect(titles(db)).toEqual(['third', 'second', 'first'])
    begin(db, first, { type: 'send', text: 'more' }, { now: -5 })
    expect(titles(db)).toEqual(['first', 'third', 'second'])
  })

  it('puts pinned ones first and leaves others where their activity puts them', () => {
    const { db } = temporaryHistory()
    const [a, b] = ['a', 'b', 'c', 'd'].map((title) => add(db, title))
    for (const conversationId of [b, a]) {
      updateConversation(db, { conversationId: conversationId ?? '', changes: { pinned: true }, now: NOW })
    }
    expect(titles(db)).toEqual(['b', 'a', 'd', 'c'])
    updateConversation(db, { conversationId: b ?? '', changes: { pinned: false }, now: NOW })
    expect(titles(db)).toEqual(['a', 'd', 'c', 'b'])
  })

  it('comes in pages that neither repeat nor miss one, across the end of the pinned ones too', () => {
    const { db } = temporaryHistory()
    const ids = ['a', 'b', 'c', 'd', 'e'].map((title) => add(db, title))
    for (const conversationId of ids.slice(0, 3))
      updateConversation(db, { conversationId, changes: { pinned: true }, now: NOW })
    expect(pages(db, 'active', 2)).toEqual([['c', 'b'], ['a', 'e'], ['d']])
    expect(pages(db, 'active', 5)).toEqual([['c', 'b', 'a', 'e', 'd']])
  })

  it('goes on where it stopped when conversations above have moved', () => {
    const { db } = temporaryHistory()
    const [a] = ['a', 'b', 'c', 'd'].map((title) => add(db, title))
    const first = listConversations(db, { view: 'active', cursor: null, limit: 2 })
    begin(db, a ?? '', { type: 'send', text: 'to the top' })
    const second = listConversations(db, { view: 'active', cursor: first.cursor, limit: 2 })
    expect(second.conversations.map(({ title }) => title)).toEqual(['b'])
  })

  it('shows the trash by when they came there, and gives back the old place', () => {
    const { db } = temporaryHistory()
    const [a, b, c] = ['a', 'b', 'c', 'd'].map((title) => add(db, title)) as [string, string, string]
    trashConversation(db, { conversationId: c, now: NOW + 5 })
    trashConversation(db, { conversationId: a, now: NOW - 5 })
    trashConversation(db, { conversationId: b, now: NOW })
    trashConversation(db, { conversationId: c, now: NOW + 9 })
    expect([titles(db), titles(db, 'trash'), pages(db, 'trash', 2)]).toEqual([
      ['d'],
      ['b', 'a', 'c'],
      [['b', 'a'], ['c']],
    ])
    restoreConversation(db, { conversationId: a })
    restoreConversation(db, { conversationId: b })
    expect([titles(db), titles(db, 'trash')]).toEqual([['d', 'b', 'a'], ['c']])
  })

  it('knows how many there are, through every move and delete', () => {
    const { db } = temporaryHistory()
    const [a, b] = ['a', 'b', 'c'].map((title) => add(db, title)) as [string, string]
    trashConversation(db, { conversationId: a, now: NOW })
    trashConversation(db, { conversationId: b, now: NOW })
    restoreConversation(db, { conversationId: b })
    const totals = () =>
      (['active', 'trash'] as const).map((view) => listConversations(db, { view, cursor: null, limit: 1 }).total)
    expect(totals()).toEqual([2, 1])
    db.prepare('DELETE FROM conversations WHERE id = ?').run(a)
    db.prepare('DELETE FROM conversations WHERE id = ?').run(b)
    expect(totals()).toEqual([1, 0])
  })

  it('says which have a reply being written, in the shape of the contract', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    begin(db, conversationId, { type: 'send', text: 'Question' })
    const { conversations } = listConversations(db, { view: 'active', cursor: null, limit: 10 })
    expect(ConversationRow.strict().array().parse(conversations)).toEqual([
      {
        id: conversationId,
        title: 'Question',
        titleSource: 'auto',
        createdAt: NOW,
        updatedAt: NOW,
        pinnedAt: null,
        archivedAt: null,
        trashedAt: null,
        folderId: null,
        unread: false,
        streaming: true,
      },
    ])
  })

  it('refuses a cursor that it did not give', () => {
    const { db } = temporaryHistory()
    for (const cursor of ['', '2:1', "0:1' OR 1", '0:9999999999999999999']) {
      expect(() => listConversations(db, { view: 'active', cursor, limit: 1 })).toThrow(
        expect.objectContaining({ code: 'invalid-request' }),
      )
    }
  })

  it.each([1_000, 20_000])('is read through its index alone among %i conversations', (count) => {
    const { db } = temporaryHistory()
    fill(db, count)
    const plan = (sql: string, values: object) =>
      db
        .prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(values)
        .map(({ detail }) => detail)
    const subquery = [
      'CORRELATED SCALAR SUBQUERY 1',
      'SEARCH m USING COVERING INDEX messages_streaming (conversation_seq=?)',
    ]
    expect([
      plan(LIST_ACTIVE, { pinned: 2, seq: 0, limit: 50 }),
      plan(LIST_TRASH, { seq: 0, limit: 50 }),
      plan(LIST_TOTAL, { view: 'active' }),
    ]).toEqual([
      ['SEARCH c USING INDEX conversations_active ((pinned,activity_seq)<(?,?))', ...subquery],
      ['SEARCH c USING INDEX conversations_trash (trashed_seq>? AND trashed_seq<?)', ...subquery],
      ['SEARCH list_totals USING PRIMARY KEY (view=?)'],
    ])
    const all = pages(db, 'active', 200).flat()
    expect(new Set(all).size).toBe(count - Math.floor(count / 7))
  })
})
