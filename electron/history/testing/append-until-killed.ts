/** A process of its own that writes until it is killed, and says on its output what has been acknowledged. */
import { readFileSync, writeSync } from 'node:fs'
import { beginReply } from '../begin-reply.ts'
import { createConversation } from '../conversations.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { appendChunks, finishReply } from '../replies.ts'

const [file = '', keyFile = ''] = process.argv.slice(2)
const db = openHistoryFile({ file, key: readFileSync(keyFile) })
const plain = { model: null, endpointId: null, endpointName: null, sampling: {}, continueMode: null }
const counts = { sentMessages: 0, leftOutMessages: 0, estimatedTokens: 0, windowTokens: 4096 }
const sent = { ...counts, strategy: 'everything', windowSource: 'assumed' } as const
const ended = { status: 'complete', finishReason: null, error: null, model: null, unread: false } as const
const unknown = { promptTokens: null, completionTokens: null, cachedTokens: null }
const times = { firstTokenMs: null, totalMs: null, reasoningMs: null }

/** Written by the kernel before this returns, so that it survives the kill. */
function acknowledge(kind: 'message' | 'text', id: string, value: string): void {
  writeSync(1, `${JSON.stringify({ kind, id, value })}\n`)
}

const conversation = createConversation(db, { systemPrompt: '', endpointId: null, model: null, now: 0 })
for (let turn = 0; ; turn += 1) {
  const text = `question ${turn}`
  const action = { type: 'send', text } as const
  const { replyId } = beginReply(db, { ...plain, conversationId: conversation.id, action, sent, now: turn })
  acknowledge('message', conversation.id, text)
  let reply = ''
  for (let chunk = 0; chunk < 5; chunk += 1) {
    appendChunks(db, { chunks: [{ messageId: replyId, text: `word ${chunk} `, reasoning: '' }] })
    reply += `word ${chunk} `
    acknowledge('text', replyId, reply)
  }
  finishReply(db, { ...ended, ...unknown, ...times, messageId: replyId, now: turn })
}
