/** The life of a reply in the history: begun with its question, grown in chunks, finished or interrupted. */
import { AppError } from '../../shared/errors.ts'
import type { Message, MessageStatus, ReplyError, SentSummary, ToolCall } from '../../shared/record-types.ts'
import { recordActivity } from './conversations.ts'
import type { Database } from './database.ts'
import { changeIndexedText } from './index/index-messages.ts'
import { chainHash, getMessage, REASONING_SO_FAR, TEXT_SO_FAR } from './messages.ts'
import { messageNotFound } from './not-found.ts'
import { statement, transact } from './statement.ts'
import { toJson, wellFormed } from './stored-values.ts'

export interface ReplyChunk {
  messageId: string
  text: string
  reasoning: string
}

export interface FinishReplyArgs {
  messageId: string
  status: Exclude<MessageStatus, 'streaming'>
  finishReason: string | null
  error: ReplyError | null
  /** Null keeps the one that the reply was begun with. */
  model: string | null
  promptTokens: number | null
  completionTokens: number | null
  cachedTokens: number | null
  firstTokenMs: number | null
  totalMs: number | null
  reasoningMs: number | null
  /** Tools that the model asked for. */
  toolCalls?: readonly ToolCall[] | undefined
  /** True when nobody was looking at the conversation. */
  unread: boolean
  now: number
}

interface Streaming {
  conversationSeq: number
  role: string
  text: string
  reasoning: string
  parentHash: Uint8Array | null
}

// Left to itself the planner goes through every message, because that is their order already.
const STREAMING = 'messages AS m INDEXED BY messages_streaming'

const LIST_STREAMING_SEQS = `SELECT m.seq FROM ${STREAMING} WHERE m.status = 'streaming'`

const LIST_STREAMING = `
  SELECT m.seq, c.id AS conversationId, m.id AS messageId
  FROM ${STREAMING}
  CROSS JOIN conversations AS c NOT INDEXED ON c.seq = m.conversation_seq
  WHERE m.status = 'streaming'`

/**
 * Adds what arrived to each streaming reply, in one transaction for all of them. A chunk must not end between the two
 * halves of a surrogate pair: each half alone would become U+FFFD. Throws `conflict` for a reply that has ended and
 * `not-found` for one that is gone; then nothing of this call is kept.
 */
export function appendChunks(db: Database, { chunks }: { chunks: ReplyChunk[] }): void {
  const sql = `
    INSERT INTO reply_chunks (message_seq, position, kind, text)
    VALUES (:seq, (SELECT coalesce(max(position), 0) + 1 FROM reply_chunks WHERE message_seq = :seq), :kind, :text)`
  transact(db, () => {
    for (const { messageId, text, reasoning } of chunks) {
      const seq = getStreamingSeq(db, messageId)
      if (reasoning !== '') statement(db, sql).run({ seq, kind: 'reasoning', text: wellFormed(reasoning) })
      if (text !== '') statement(db, sql).run({ seq, kind: 'text', text: wellFormed(text) })
    }
  })
}

/** Moves the chunks of a reply into its message and closes it. Throws `not-found`, and `conflict` when it has ended. */
export function finishReply(db: Database, args: FinishReplyArgs): Message {
  return transact(db, () => {
    const seq = getStreamingSeq(db, args.messageId)
    const conversationSeq = materialise(db, { seq, status: args.status, now: args.now })
    const sql = `
      UPDATE messages
      SET finish_reason = :finishReason, error = :error, model = coalesce(:model, model), prompt_tokens = :promptTokens,
        completion_tokens = :completionTokens, cached_tokens = :cachedTokens, first_token_ms = :firstTokenMs,
        total_ms = :totalMs, reasoning_ms = :reasoningMs, parts = coalesce(:parts, parts)
      WHERE seq = :seq`
    statement(db, sql).run({
      seq,
      finishReason: args.finishReason === null ? null : wellFormed(args.finishReason),
      error: toJson(args.error),
      model: args.model === null ? null : wellFormed(args.model),
      promptTokens: args.promptTokens,
      completionTokens: args.completionTokens,
      cachedTokens: args.cachedTokens,
      firstTokenMs: args.firstTokenMs,
      totalMs: args.totalMs,
      reasoningMs: args.reasoningMs,
      parts: args.toolCalls?.length ? toJson(args.toolCalls.map((call) => ({ type: 'tool-call', ...call }))) : null,
    })
    recordActivity(db, { conversationSeq, leafSeq: null, unread: args.unread, now: args.now })
    return getMessage(db, { messageId: args.messageId })
  })
}

/**
 * Corrects what a streaming reply was begun with, once the model or its window became known. Throws `not-found`, and
 * `conflict` when the reply has ended.
 */
export function updateRequest(
  db: Database,
  { messageId, model, sent }: { messageId: string; model: string | null; sent: SentSummary },
): void {
  const request = `
    UPDATE requests
    SET strategy = :strategy, sent_messages = :sentMessages, left_out_messages = :leftOutMessages,
      estimated_tokens = :estimatedTokens, window_tokens = :windowTokens, window_source = :windowSource,
      notices = :notices
    WHERE seq = (SELECT max(seq) FROM requests WHERE message_seq = :seq)`
  transact(db, () => {
    const seq = getStreamingSeq(db, messageId)
    statement(db, 'UPDATE messages SET model = coalesce(:model, model) WHERE seq = :seq').run({ seq, model })
    statement(db, request).run({ ...sent, notices: toJson(sent.notices), seq })
  })
}

/**
 * Ends every reply that an earlier run left streaming, with the text that had arrived. Run when the history is opened:
 * whoever was writing them is gone. Returns how many there were.
 */
export function interruptStreaming(db: Database, { now }: { now: number }): number {
  return transact(db, () => {
    const left = statement<{ seq: number }>(db, LIST_STREAMING_SEQS).all()
    for (const { seq } of left) materialise(db, { seq, status: 'interrupted', now })
    return left.length
  })
}

/** The replies that are being written, oldest first. */
export function listStreaming(
  db: Database,
  _args: Record<string, never>,
): Array<{ conversationId: string; messageId: string }> {
  const rows = statement<{ seq: number; conversationId: string; messageId: string }>(db, LIST_STREAMING).all()
  return rows.sort((a, b) => a.seq - b.seq).map(({ conversationId, messageId }) => ({ conversationId, messageId }))
}

/** The seq of a streaming reply. */
function getStreamingSeq(db: Database, messageId: string): number {
  const sql = 'SELECT seq, status FROM messages WHERE id = :messageId'
  const row = statement<{ seq: number; status: string }>(db, sql).get({ messageId })
  if (!row) throw messageNotFound()
  if (row.status !== 'streaming') {
    throw new AppError('conflict', 'This reply has ended already. Reload the conversation to see how.')
  }
  return row.seq
}

/** Moves chunks into the message, sets its chain hash and ends it. Returns the conversation's seq. */
function materialise(db: Database, { seq, status, now }: { seq: number; status: MessageStatus; now: number }): number {
  const read = `
    SELECT m.conversation_seq AS conversationSeq, m.role, ${TEXT_SO_FAR} AS text, ${REASONING_SO_FAR} AS reasoning,
      p.chain_hash AS parentHash
    FROM messages AS m
    LEFT JOIN messages AS p NOT INDEXED ON p.seq = m.parent_seq
    WHERE m.seq = :seq`
  const reply = statement<Streaming>(db, read).get({ seq })
  if (!reply) throw messageNotFound()
  const end = `
    UPDATE messages
    SET text = :text, reasoning = :reasoning, chain_hash = :hash, status = :status, completed_at = :now
    WHERE seq = :seq`
  const values = { seq, text: reply.text, reasoning: reply.reasoning, status, now }
  const hash = chainHash(reply.parentHash, reply.role, reply.text)
  // A continued reply is indexed already, with the words it had before.
  changeIndexedText(db, { seq }, () => statement(db, end).run({ ...values, hash }))
  statement(db, 'DELETE FROM reply_chunks WHERE message_seq = :seq').run({ seq })
  return reply.conversationSeq
}
