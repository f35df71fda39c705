import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { v7 as uuid } from 'uuid'
import { onTestFinished } from 'vitest'
import { type BeginReplyArgs, beginReply, type ReplyAction } from '../begin-reply.ts'
import { createConversation } from '../conversations.ts'
import type { Database } from '../database.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { appendChunks, type FinishReplyArgs, finishReply } from '../replies.ts'

/** An hour that no test depends on. */
export const NOW = 1_700_000_000_000

/** A path inside a folder that is removed when the test ends, and a key for it. */
export function temporaryFile(): { file: string; key: Buffer } {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-history-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return { file: path.join(folder, 'history.db'), key: randomBytes(32) }
}

/** A new encrypted history on disk, closed and removed when the test ends. */
export function temporaryHistory(): { db: Database; file: string; key: Buffer } {
  const { file, key } = temporaryFile()
  const db = openHistoryFile({ file, key })
  onTestFinished(() => void db.close())
  return { db, file, key }
}

export function newConversation(db: Database, values: Partial<Parameters<typeof createConversation>[1]> = {}): string {
  return createConversation(db, { id: uuid(), systemPrompt: '', endpointId: null, model: null, now: NOW, ...values }).id
}

export const SENT = {
  strategy: 'automatic',
  sentMessages: 1,
  leftOutMessages: 0,
  estimatedTokens: 12,
  windowTokens: 4096,
  windowSource: 'assumed',
} as const

/** Begins a reply with everything but the action left at its plainest. Returns its id. */
export function begin(
  db: Database,
  conversationId: string,
  action: ReplyAction,
  values: Partial<BeginReplyArgs> = {},
): string {
  const plain = {
    model: 'small',
    endpointId: null,
    endpointName: 'Local',
    sampling: {},
    sent: SENT,
    continueMode: null,
  }
  return beginReply(db, { ...plain, conversationId, action, now: NOW, ...values }).replyId
}

export function finish(db: Database, messageId: string, values: Partial<FinishReplyArgs> = {}) {
  return finishReply(db, {
    messageId,
    status: 'complete',
    finishReason: 'stop',
    error: null,
    model: null,
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    firstTokenMs: null,
    totalMs: null,
    reasoningMs: null,
    unread: false,
    now: NOW,
    ...values,
  })
}

/** Sends `text` and has it answered with `reply`. Returns the id of the reply. */
export function exchange(db: Database, conversationId: string, text: string, reply: string): string {
  const messageId = begin(db, conversationId, { type: 'send', text })
  appendChunks(db, { chunks: [{ messageId, text: reply, reasoning: '' }] })
  finish(db, messageId)
  return messageId
}
