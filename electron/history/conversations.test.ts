import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { Conversation } from '../../shared/records.ts'
import {
  createConversation,
  getConversation,
  markConversationRead,
  renameConversation,
  restoreConversation,
  trashConversation,
  updateConversation,
} from './conversations.ts'
import type { Database } from './database.ts'
import { saveDraft } from './drafts.ts'
import { createEndpoint, deleteEndpoint } from './endpoints.ts'
import { listConversations } from './list-conversations.ts'
import { begin, exchange, finish, NOW, newConversation, temporaryHistory } from './testing/temporary-history.ts'

function addEndpoint(db: Database): string {
  const values = { name: 'Local', kind: 'http', baseUrl: 'http://127.0.0.1:8080/v1', defaultModel: null } as const
  return createEndpoint(db, { ...values, windowTokens: null, now: NOW }).id
}

const GONE = expect.objectContaining({ code: 'not-found' })

describe('a new conversation', () => {
  it('has the shape of the contract and the defaults that it was given', () => {
    const { db } = temporaryHistory()
    const endpointId = addEndpoint(db)
    const id = uuid()
    const created = createConversation(db, { id, systemPrompt: 'Be brief.', endpointId, model: 'small', now: NOW })
    expect(Conversation.strict().parse(created)).toEqual({
      id,
      title: '',
      titleSource: 'auto',
      createdAt: NOW,
      updatedAt: NOW,
      pinnedAt: null,
      archivedAt: null,
      trashedAt: null,
      folderId: null,
      unread: false,
      streaming: false,
      systemPrompt: 'Be brief.',
      endpointId,
      model: 'small',
      settings: {},
      activeLeafId: null,
      messageCount: 0,
    })
    expect(getConversation(db, { conversationId: id })).toEqual(created)
  })

  it('is the empty one that is there, at the top again and with the new defaults', () => {
    const { db } = temporaryHistory()
    const empty = newConversation(db, { systemPrompt: 'old' })
    exchange(db, newConversation(db, { now: NOW + 1 }), 'question', 'answer')
    const other = newConversation(db, { now: NOW + 2 })
    expect(other).not.toBe(empty)
    const again = createConversation(db, { systemPrompt: 'new', endpointId: null, model: 'large', now: NOW + 3 })
    expect(again).toMatchObject({
      id: other,
      systemPrompt: 'new',
      model: 'large',
      createdAt: NOW + 3,
      updatedAt: NOW + 3,
    })
    const { conversations } = listConversations(db, { view: 'active', cursor: null, limit: 10 })
    expect(conversations[0]?.id).toBe(other)
  })

  it.each<[string, (db: Database, conversationId: string) => void]>([
    ['has a draft', (db, conversationId) => saveDraft(db, { conversationId, text: 'not yet', now: NOW })],
    ['was renamed', (db, conversationId) => void renameConversation(db, { conversationId, title: '', source: 'user' })],
    [
      'was changed',
      (db, conversationId) => void updateConversation(db, { conversationId, changes: { model: 'm' }, now: NOW }),
    ],
    ['is in the trash', (db, conversationId) => trashConversation(db, { conversationId, now: NOW })],
    ['has a message', (db, conversationId) => void begin(db, conversationId, { type: 'send', text: 'q' })],
  ])('is not one that %s', (_what, touch) => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    touch(db, conversationId)
    expect(newConversation(db)).not.toBe(conversationId)
  })

  it('goes without an endpoint that is gone', () => {
    const { db } = temporaryHistory()
    expect(
      createConversation(db, { systemPrompt: '', endpointId: uuid(), model: null, now: NOW }).endpointId,
    ).toBeNull()
  })
})

describe('changing a conversation', () => {
  it('changes what is given and keeps the rest, its place in time included', () => {
    const { db } = temporaryHistory()
    const endpointId = addEndpoint(db)
    const conversationId = newConversation(db, { systemPrompt: 'old', endpointId, model: 'small' })
    const settings = { sampling: { temperature: 0.2 }, memory: { lastMessages: 8 } }
    const change = (changes: Parameters<typeof updateConversation>[1]['changes'], now: number) =>
      updateConversation(db, { conversationId, changes, now })
    const before = getConversation(db, { conversationId })
    expect(change({ settings, pinned: true }, NOW + 5)).toEqual({ ...before, settings, pinnedAt: NOW + 5 })
    expect(change({ pinned: true, systemPrompt: '' }, NOW + 6)).toEqual({
      ...before,
      settings,
      pinnedAt: NOW + 5,
      systemPrompt: '',
    })
    expect(change({ pinned: false, endpointId: null, model: null }, NOW + 7)).toEqual({
      ...before,
      settings,
      systemPrompt: '',
      endpointId: null,
      model: null,
    })
  })

  it('refuses an endpoint that is gone, and forgets one that is deleted', () => {
    const { db } = temporaryHistory()
    const endpointId = addEndpoint(db)
    const conversationId = newConversation(db, { endpointId, model: 'small' })
    const unknown = { conversationId, changes: { endpointId: uuid() }, now: NOW }
    expect(() => updateConversation(db, unknown)).toThrow(expect.objectContaining({ code: 'endpoint-missing' }))
    deleteEndpoint(db, { endpointId })
    expect(getConversation(db, { conversationId })).toMatchObject({ endpointId: null, model: 'small' })
  })

  it('remembers who gave the title', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const renamed = renameConversation(db, { conversationId, title: 'Mine', source: 'user' })
    expect(renamed).toMatchObject({ title: 'Mine', titleSource: 'user' })
    begin(db, conversationId, { type: 'send', text: 'Another title' })
    expect(getConversation(db, { conversationId }).title).toBe('Mine')
  })

  it('moves it into the trash and back with all that it holds', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    const before = getConversation(db, { conversationId })
    trashConversation(db, { conversationId, now: NOW + 1 })
    trashConversation(db, { conversationId, now: NOW + 2 })
    expect(getConversation(db, { conversationId })).toEqual({ ...before, trashedAt: NOW + 1 })
    restoreConversation(db, { conversationId })
    expect(getConversation(db, { conversationId })).toEqual(before)
  })

  it('marks it read after a reply that nobody saw', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    finish(db, begin(db, conversationId, { type: 'send', text: 'q' }), { unread: true })
    expect(getConversation(db, { conversationId }).unread).toBe(true)
    markConversationRead(db, { conversationId })
    expect(getConversation(db, { conversationId }).unread).toBe(false)
  })

  it('says so when it is no longer there', () => {
    const { db } = temporaryHistory()
    const conversationId = uuid()
    const calls = [
      () => getConversation(db, { conversationId }),
      () => renameConversation(db, { conversationId, title: '', source: 'user' }),
      () => updateConversation(db, { conversationId, changes: {}, now: NOW }),
      () => markConversationRead(db, { conversationId }),
      () => trashConversation(db, { conversationId, now: NOW }),
      () => restoreConversation(db, { conversationId }),
    ]
    for (const call of calls) expect(call).toThrow(GONE)
  })
})

describe('what cannot be read in a conversation', () => {
  it('never hides it, and is not overwritten by another change', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    db.pragma('ignore_check_constraints = ON')
    db.exec(`UPDATE conversations SET settings = '{broken', title_source = 'oracle', endpoint_id = NULL`)
    updateConversation(db, { conversationId, changes: { pinned: true }, now: NOW })
    const { settings, titleSource, messageCount } = Conversation.parse(getConversation(db, { conversationId }))
    expect({ settings, titleSource, messageCount }).toEqual({ settings: {}, titleSource: 'user', messageCount: 2 })
    expect(listConversations(db, { view: 'active', cursor: null, limit: 5 }).conversations).toHaveLength(1)
    expect(db.prepare('SELECT settings FROM conversations').pluck().get()).toBe('{broken')
  })
})

describe('half a character', () => {
  it('becomes U+FFFD before it is stored', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db, { systemPrompt: 'a\ud800b' })
    renameConversation(db, { conversationId, title: '\udc00', source: 'user' })
    const { systemPrompt, title } = getConversation(db, { conversationId })
    expect({ systemPrompt, title }).toEqual({ systemPrompt: 'a\ufffdb', title: '\ufffd' })
  })
})
