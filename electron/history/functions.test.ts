import { describe, expect, it } from 'vitest'
import type { Database } from './database.ts'
import { bulkFunctions, type FunctionName, functions } from './functions.ts'
import { exchange, NOW, newConversation, SENT, temporaryHistory } from './testing/temporary-history.ts'

/** What may be read from end to end: small by nature, or as long as what is being written right now. */
const SMALL =
  /^SCAN (CONSTANT ROW|endpoints|settings|below|b|branch|m(essages)? USING (COVERING )?INDEX messages_streaming)$/

/** Calls every function that a person waits for, as they would be called. Returns the names. */
function callEach(db: Database): Set<string> {
  const called = new Set<string>()
  const call = <N extends FunctionName>(
    name: N,
    args: Parameters<(typeof functions)[N]>[1],
  ): ReturnType<(typeof functions)[N]> => {
    called.add(name)
    return (functions[name] as (db: Database, args: unknown) => ReturnType<(typeof functions)[N]>)(db, args)
  }
  const address = {
    name: 'Local',
    kind: 'http',
    baseUrl: 'http://127.0.0.1:1/v1',
    defaultModel: null,
    windowTokens: null,
  } as const
  const { id: endpointId } = call('createEndpoint', { ...address, now: NOW })
  call('updateEndpoint', { endpointId, changes: { name: 'Renamed' } })
  call('getEndpoint', { endpointId })
  call('listEndpoints', {})
  call('setModelWindow', { endpointId, model: 'small', windowTokens: 4096, source: 'user', now: NOW })
  call('getModelWindow', { endpointId, model: 'small' })
  call('setSettings', { values: { lastMessages: 20 } })
  call('getSettings', {})

  const { id: conversationId } = call('createConversation', { systemPrompt: '', endpointId, model: null, now: NOW })
  call('saveDraft', { conversationId, text: 'Hello', now: NOW })
  call('getDraft', { conversationId })
  const plain = {
    conversationId,
    model: null,
    endpointId,
    endpointName: 'Local',
    sampling: {},
    sent: SENT,
    continueMode: null,
    now: NOW,
  }
  const ended = { status: 'stopped', finishReason: null, error: null, model: null, unread: true, now: NOW } as const
  const unknown = {
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    firstTokenMs: null,
    totalMs: null,
    reasoningMs: null,
  }
  const { replyId: messageId } = call('beginReply', { ...plain, action: { type: 'send', text: 'Hello' } })
  call('updateRequest', { messageId, model: 'small', sent: SENT })
  call('appendChunks', { chunks: [{ messageId, text: 'Good day', reasoning: 'a greeting' }] })
  call('listStreaming', {})
  call('finishReply', { ...ended, ...unknown, messageId })
  call('beginReply', { ...plain, action: { type: 'continue', messageId } })
  call('finishReply', { ...ended, ...unknown, messageId })
  call('beginReply', { ...plain, action: { type: 'regenerate', messageId } })
  call('interruptStreaming', { now: NOW })
  call('getMessage', { messageId })
  call('selectBranch', { conversationId, messageId })
  call('listBranch', { conversationId, beforeId: null, limit: 50 })
  call('listBranch', { conversationId, beforeId: messageId, limit: 50 })
  call('readPrompt', { conversationId, leafId: null, limit: 50, budgetTokens: 4096 })
  call('readPrompt', { conversationId, leafId: messageId, limit: 50, budgetTokens: 4096 })

  call('renameConversation', { conversationId, title: 'Greeting', source: 'user' })
  call('updateConversation', { conversationId, changes: { pinned: true }, now: NOW })
  call('markConversationRead', { conversationId })
  call('trashConversation', { conversationId, now: NOW })
  call('restoreConversation', { conversationId })
  call('getConversation', { conversationId })
  for (const view of ['active', 'trash'] as const) call('listConversations', { view, cursor: null, limit: 50 })
  call('deleteEndpoint', { endpointId })
  return called
}

/** Notes every statement that is prepared from here on. */
function noteStatements(db: Database): Set<string> {
  const noted = new Set<string>()
  const prepare = db.prepare.bind(db)
  db.prepare = ((sql: string) => {
    noted.add(sql)
    return prepare(sql)
  }) as typeof db.prepare
  return noted
}

function scansOf(db: Database, sql: string): string[] {
  const names = [...sql.matchAll(/:(\w+)/g)].map(([, name]) => [name, null])
  const plan = db.prepare<[object], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(Object.fromEntries(names))
  return plan.map(({ detail }) => detail).filter((detail) => /^SCAN|AUTOMATIC/.test(detail) && !SMALL.test(detail))
}

describe('what a person waits for', () => {
  it.each([3, 20, 2_000])(
    'is never read by going through a table that grows, with statistics of %i conversations',
    (count) => {
      const { db } = temporaryHistory()
      db.transaction(() => {
        for (let made = 0; made < count; made += 1) exchange(db, newConversation(db), 'question', 'answer')
      })()
      db.exec('ANALYZE')
      const noted = noteStatements(db)
      const called = callEach(db)
      expect(
        (Object.keys(functions) as FunctionName[]).filter((name) => !bulkFunctions.has(name) && !called.has(name)),
      ).toEqual([])
      expect([...noted].flatMap((sql) => scansOf(db, sql).map((scan) => ({ scan, sql })))).toEqual([])
    },
  )

  it('would be found out if it were', () => {
    const { db } = temporaryHistory()
    expect(scansOf(db, 'SELECT id FROM messages WHERE text = :text')).toEqual(['SCAN messages'])
    expect(scansOf(db, 'SELECT id FROM conversations WHERE title = :title')).toEqual(['SCAN conversations'])
  })
})
