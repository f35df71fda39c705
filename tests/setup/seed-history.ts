// A data folder as an earlier run of the app would have left it.
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { v7 as uuid } from 'uuid'
import { beginReply } from '../../electron/history/begin-reply.ts'
import { createConversation, renameConversation } from '../../electron/history/conversations.ts'
import type { Database } from '../../electron/history/database.ts'
import { createEndpoint } from '../../electron/history/endpoints.ts'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import { finishReply } from '../../electron/history/replies.ts'
import { setSettings } from '../../electron/history/settings.ts'

const SENT = {
  strategy: 'last-messages',
  sentMessages: 1,
  leftOutMessages: 0,
  estimatedTokens: 10,
  windowTokens: 4096,
  windowSource: 'assumed',
} as const
const OUTCOME = {
  status: 'complete',
  finishReason: 'stop',
  error: null,
  model: 'alcove-demo',
  promptTokens: 10,
  completionTokens: 20,
  cachedTokens: null,
  firstTokenMs: 100,
  totalMs: 1000,
  reasoningMs: null,
  unread: false,
} as const

/** Makes a history with its key in `userData` and fills it with `fill`. */
export function seedHistory(userData: string, fill: (db: Database) => void): void {
  const key = randomBytes(32)
  mkdirSync(userData, { recursive: true })
  const history = { protection: 'file', backend: 'file', value: key.toString('base64') }
  writeFileSync(join(userData, 'keys.json'), JSON.stringify({ version: 1, history, endpoints: {} }), { mode: 0o600 })
  const db = openHistoryFile({ file: join(userData, 'history.db'), key })
  try {
    db.transaction(() => fill(db))()
  } finally {
    db.close()
  }
}

/** Saves an endpoint and makes it the default. */
export function seedEndpoint(db: Database, baseUrl: string, now = Date.now()): void {
  const id = uuid()
  const kind = baseUrl === 'demo' ? 'demo' : 'http'
  createEndpoint(db, { id, name: 'Test', kind, baseUrl, defaultModel: 'alcove-demo', windowTokens: null, now })
  setSettings(db, { values: { defaultEndpointId: id } })
}

/** A conversation of whole exchanges, each pair a question and its answer. Returns its id. */
export function seedConversation(db: Database, title: string, exchanges: [string, string][], now = Date.now()): string {
  const conversation = createConversation(db, { id: uuid(), systemPrompt: '', endpointId: null, model: null, now })
  for (const [text, answer] of exchanges) {
    const { replyId } = beginReply(db, {
      conversationId: conversation.id,
      action: { type: 'send', text },
      model: 'alcove-demo',
      endpointId: null,
      endpointName: 'Test',
      sampling: {},
      sent: SENT,
      continueMode: null,
      now,
    })
    db.prepare('UPDATE messages SET text = ? WHERE id = ?').run(answer, replyId)
    finishReply(db, { ...OUTCOME, messageId: replyId, now: now + 1000 })
  }
  renameConversation(db, { conversationId: conversation.id, title, source: 'user' })
  return conversation.id
}
