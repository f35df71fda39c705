import { v7 as uuid } from 'uuid'
import { beginReply } from '../../electron/history/begin-reply.ts'
import { createConversation, renameConversation, updateConversation } from '../../electron/history/conversations.ts'
import type { Database } from '../../electron/history/database.ts'
import { createEndpoint } from '../../electron/history/endpoints.ts'
import { appendChunks, finishReply } from '../../electron/history/replies.ts'
import { setSettings } from '../../electron/history/settings.ts'
import { seedHistory } from '../../tests/setup/seed-history.ts'
import { EXCHANGES, MODEL, OTHERS, TITLE } from './conversation.ts'

const ENDPOINT = 'llama.cpp'
const WINDOW_TOKENS = 8_192
const DAY_MS = 86_400_000
const SENT = {
  strategy: 'last-messages',
  sentMessages: 1,
  leftOutMessages: 0,
  estimatedTokens: 310,
  windowTokens: WINDOW_TOKENS,
  windowSource: 'server',
} as const

/** A data folder of somebody who has used the app for two months, at a model server at `baseUrl`. */
export function seedPicture(userData: string, baseUrl: string): void {
  const now = Date.now()
  seedHistory(userData, (db) => {
    const id = uuid()
    const windowTokens = null
    createEndpoint(db, { id, name: ENDPOINT, kind: 'http', baseUrl, defaultModel: MODEL, windowTokens, now })
    setSettings(db, { values: { defaultEndpointId: id } })
    for (const [daysAgo, title, mark] of OTHERS) {
      const conversationId = seed(db, title, [['Hello', 'Hello.']], now - daysAgo * DAY_MS, mark === 'unread')
      if (mark === 'pinned') updateConversation(db, { conversationId, changes: { pinned: true }, now })
    }
    seed(db, TITLE, EXCHANGES, now)
  })
}

function seed(
  db: Database,
  title: string,
  exchanges: readonly (readonly [string, string])[],
  now: number,
  unread = false,
): string {
  const { id } = createConversation(db, { systemPrompt: '', endpointId: null, model: null, now })
  for (const [text, answer] of exchanges) {
    const { replyId } = beginReply(db, {
      conversationId: id,
      action: { type: 'send', text },
      model: MODEL,
      endpointId: null,
      endpointName: ENDPOINT,
      sampling: {},
      sent: SENT,
      continueMode: null,
      now,
    })
    appendChunks(db, { chunks: [{ messageId: replyId, text: answer, reasoning: '' }] })
    finishReply(db, {
      messageId: replyId,
      status: 'complete',
      finishReason: 'stop',
      error: null,
      model: null,
      promptTokens: 310,
      completionTokens: 163,
      cachedTokens: null,
      firstTokenMs: 420,
      totalMs: 5_680,
      reasoningMs: null,
      unread,
      now,
    })
  }
  renameConversation(db, { conversationId: id, title, source: 'user' })
  return id
}
