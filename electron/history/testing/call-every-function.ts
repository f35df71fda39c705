import type { Database } from '../database.ts'
import { bulkFunctions, type FunctionName, functions } from '../functions.ts'
import { NOW, SENT } from './temporary-history.ts'

/**
 * Calls every function that a person waits for, as they would be called, in a history of its own or one that holds
 * others. Throws when one is not called here.
 */
export function callEveryFunction(db: Database): void {
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
  const small = { endpointId, model: 'small' }
  call('setCapabilities', { ...small, source: 'user', facts: [{ name: 'window', value: 4096 }], now: NOW })
  call('getCapabilities', small)
  call('forgetCapability', { ...small, name: 'window', source: 'user' })
  call('readAttachment', { sha256: '0'.repeat(64) })
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

  call('awaitsModelTitle', { conversationId })
  call('setModelTitle', { conversationId, title: 'A greeting', model: 'small' })
  call('renameConversation', { conversationId, title: 'Greeting', source: 'user' })
  call('updateConversation', { conversationId, changes: { pinned: true }, now: NOW })
  call('markConversationRead', { conversationId })
  call('trashConversation', { conversationId, now: NOW })
  call('restoreConversation', { conversationId })
  call('getConversation', { conversationId })
  for (const view of ['active', 'trash'] as const) call('listConversations', { view, cursor: null, limit: 50 })
  call('deleteEndpoint', { endpointId })
  call('eraseMessage', { messageId })
  call('rebuildIndex', {})
  call('eraseConversations', { conversationIds: [conversationId] })
  const forgotten = Object.keys(functions).filter(
    (name) => !bulkFunctions.has(name as FunctionName) && !called.has(name),
  )
  if (forgotten.length > 0) throw new Error(`never called: ${forgotten.join(', ')}`)
}
