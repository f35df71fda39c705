import { createHash } from 'node:crypto'
import { z } from 'zod'
import type {
  Attachment,
  Message,
  MessageRole,
  MessageStatus,
  ReplyError,
  SentSummary,
} from '../../shared/record-types.ts'
import {
  ReplyError as ReplyErrorSchema,
  ReplyNotice,
  MessageRole as Role,
  MessageStatus as Status,
  ToolCall,
  WindowSource,
} from '../../shared/records.ts'
import { BRANCH, findActiveLeaf, getConversationSeq, getPlace } from './branches.ts'
import type { Database } from './database.ts'
import { ERASING_ROOTS } from './erase/erasing-messages.ts'
import { messageNotFound } from './not-found.ts'
import { readAround } from './salvage/reads/damage.ts'
import { listDamagedBranch } from './salvage/reads/damaged-branch.ts'
import { statement } from './statement.ts'
import { fromJson, oneOf } from './stored-values.ts'

interface StoredMessage {
  seq: number
  id: string
  conversation_seq: number
  conversation_id: string
  parent_seq: number | null
  parent_id: string | null
  role: string
  text: string
  reasoning: string
  status: string
  finish_reason: string | null
  error: string | null
  model: string | null
  endpoint_name: string | null
  created_at: number
  completed_at: number | null
  prompt_tokens: number | null
  completion_tokens: number | null
  cached_tokens: number | null
  first_token_ms: number | null
  total_ms: number | null
  reasoning_ms: number | null
  parts: string | null
  edited_from_id: string | null
  strategy: string | null
  sent_messages: number | null
  left_out_messages: number | null
  estimated_tokens: number | null
  window_tokens: number | null
  window_source: string | null
  notices: string | null
}

/** How a tool call stands among a message's `parts`. */
const ToolCallPart = ToolCall.extend({ type: z.literal('tool-call') })

/** The text of `messages AS m`, of a streaming reply with what has arrived. */
export const TEXT_SO_FAR = textSoFar('text')
export const REASONING_SO_FAR = textSoFar('reasoning')

const MESSAGE_COLUMNS = `
  m.seq, m.id, m.conversation_seq, c.id AS conversation_id, m.parent_seq, p.id AS parent_id, m.role, m.status,
  ${TEXT_SO_FAR} AS text, ${REASONING_SO_FAR} AS reasoning, m.finish_reason, m.error, m.model, m.endpoint_name,
  m.created_at, m.completed_at, m.prompt_tokens, m.completion_tokens, m.cached_tokens, m.first_token_ms, m.total_ms,
  m.reasoning_ms, m.parts, m.edited_from_id, r.strategy, r.sent_messages, r.left_out_messages, r.estimated_tokens,
  r.window_tokens, r.window_source, r.notices`

const REQUEST_JOIN = `
  LEFT JOIN requests AS r NOT INDEXED ON r.seq = (SELECT max(seq) FROM requests WHERE message_seq = m.seq)`

const MESSAGE_JOINS = `
  CROSS JOIN conversations AS c NOT INDEXED ON c.seq = m.conversation_seq
  LEFT JOIN messages AS p NOT INDEXED ON p.seq = m.parent_seq
  ${REQUEST_JOIN}`

export const LIST_BRANCH = `${BRANCH}
  SELECT ${MESSAGE_COLUMNS}
  FROM branch AS b
  CROSS JOIN messages AS m NOT INDEXED ON m.seq = b.seq
  ${MESSAGE_JOINS}`

interface BranchArgs {
  conversationId: string
  beforeId: string | null
  limit: number
}

/**
 * The active branch, oldest first: at most `limit` messages ending just before `beforeId` (null: at the active leaf).
 * Reads no more of the history than it returns. A message whose place is damaged is there with `unreadable` set.
 * Throws `not-found`.
 */
export function listBranch(db: Database, args: BranchArgs): { messages: Message[]; hasMore: boolean } {
  return readAround(
    () => listWholeBranch(db, args),
    () => listDamagedBranch(db, args, (seq, place) => readAlone(db, seq, place)),
  )
}

function listWholeBranch(
  db: Database,
  { conversationId, beforeId, limit }: BranchArgs,
): { messages: Message[]; hasMore: boolean } {
  const leafSeq =
    beforeId === null
      ? findActiveLeaf(db, getConversationSeq(db, conversationId))
      : getPlace(db, { conversationId, messageId: beforeId }).parentSeq
  if (leafSeq === null) return { messages: [], hasMore: false }
  const rows = statement<StoredMessage>(db, LIST_BRANCH).all({ leafSeq, limit })
  return {
    messages: rows.map((row) => fromRow(db, row)).reverse(),
    hasMore: rows.at(-1)?.parent_seq != null,
  }
}

/** Where a message stands, as indexes tell it: the rows of its neighbours may be damaged. */
interface KnownPlace {
  conversationId: string
  parentId: string | null
  siblingIds: string[]
}

const ALONE = `
  SELECT ${MESSAGE_COLUMNS}
  FROM messages AS m NOT INDEXED
  LEFT JOIN (SELECT NULL AS id) AS c
  LEFT JOIN (SELECT NULL AS id) AS p
  ${REQUEST_JOIN}
  WHERE m.seq = :seq`

function readAlone(
  db: Database,
  seq: number,
  { conversationId, parentId, siblingIds }: KnownPlace,
): Message | undefined {
  const row = statement<StoredMessage>(db, ALONE).get({ seq })
  return row && fromRow(db, { ...row, conversation_id: conversationId, parent_id: parentId }, siblingIds)
}

/** Throws `not-found`. */
export function getMessage(db: Database, { messageId }: { messageId: string }): Message {
  const sql = `SELECT ${MESSAGE_COLUMNS} FROM messages AS m ${MESSAGE_JOINS} WHERE m.id = :messageId`
  const row = statement<StoredMessage>(db, sql).get({ messageId })
  if (!row) throw messageNotFound()
  return fromRow(db, row)
}

/**
 * SHA-256 (32 bytes) of the parent's chain hash (nothing for a first message), the role, a zero byte and the text as
 * UTF-8. Two messages with the same one end equal conversations.
 */
export function chainHash(parent: Uint8Array | null, role: string, text: string): Uint8Array {
  return createHash('sha256')
    .update(parent ?? new Uint8Array())
    .update(`${role}\0${text}`)
    .digest()
}

function fromRow(db: Database, row: StoredMessage, siblingIds = siblingsOf(db, row)): Message {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    parentId: row.parent_id,
    role: roleOf(row.role),
    text: row.text,
    reasoning: row.reasoning,
    status: statusOf(row.status),
    finishReason: row.finish_reason,
    error: errorOf(row.error),
    model: row.model,
    endpointName: row.endpoint_name,
    createdAt: row.created_at,
    completedAt: row.completed_at,
    promptTokens: row.prompt_tokens,
    completionTokens: row.completion_tokens,
    cachedTokens: row.cached_tokens,
    firstTokenMs: row.first_token_ms,
    totalMs: row.total_ms,
    reasoningMs: row.reasoning_ms,
    editedFromId: row.edited_from_id,
    attachments: attachmentsOf(db, row.seq),
    ...toolCallsOf(row.parts),
    sent: sentOf(row),
    siblingIndex: siblingIds.indexOf(row.id),
    siblingIds,
    ...unknownValues(row),
  }
}

/** Values of a newer version, or wrong ones: what stands in their place above is a guess, and these are what is stored. */
function unknownValues(row: StoredMessage): Pick<Message, 'unreadable'> {
  const unreadable = [
    ...(isOneOf(Role.options, row.role) ? [] : [{ field: 'role', raw: row.role }]),
    ...(isOneOf(Status.options, row.status) ? [] : [{ field: 'status', raw: row.status }]),
    ...(row.error === null || isReplyError(row.error) ? [] : [{ field: 'error', raw: row.error }]),
  ]
  return unreadable.length > 0 ? { unreadable } : {}
}

function isOneOf(known: readonly string[], value: string): boolean {
  return known.includes(value)
}

function isReplyError(stored: string): boolean {
  return ReplyErrorSchema.safeParse(fromJson(stored)).success
}

function siblingsOf(db: Database, row: StoredMessage): string[] {
  const sql = `
    SELECT id FROM messages
    WHERE conversation_seq = :conversationSeq AND parent_seq IS :parentSeq AND seq NOT IN ${ERASING_ROOTS}
    ORDER BY seq`
  const rows = statement<{ id: string }>(db, sql).all({
    conversationSeq: row.conversation_seq,
    parentSeq: row.parent_seq,
  })
  return rows.map(({ id }) => id)
}

function attachmentsOf(db: Database, messageSeq: number): Attachment[] {
  const sql = `
    SELECT a.sha256, ma.name, a.media_type AS mediaType, a.size_bytes AS sizeBytes
    FROM message_attachments AS ma
    CROSS JOIN attachments AS a ON a.sha256 = ma.sha256
    WHERE ma.message_seq = :messageSeq
    ORDER BY ma.position`
  return statement<Attachment>(db, sql).all({ messageSeq })
}

function sentOf(row: StoredMessage): SentSummary | null {
  if (row.strategy === null) return null
  return {
    strategy: row.strategy,
    sentMessages: row.sent_messages ?? 0,
    leftOutMessages: row.left_out_messages ?? 0,
    estimatedTokens: row.estimated_tokens ?? 0,
    windowTokens: row.window_tokens ?? 0,
    windowSource: oneOf(WindowSource.options, row.window_source, 'assumed'),
    ...noticesOf(row.notices),
  }
}

/** Notices that this version does not know are left out. */
function noticesOf(stored: string | null): Pick<SentSummary, 'notices'> {
  const notices = known(ReplyNotice, stored)
  return notices.length > 0 ? { notices } : {}
}

/** `parts` may hold more: what other programs kept beside a message's text, and what newer versions will. */
function toolCallsOf(stored: string | null): Pick<Message, 'toolCalls'> {
  const calls = known(ToolCallPart, stored).map(({ type: _type, ...call }) => call)
  return calls.length > 0 ? { toolCalls: calls } : {}
}

/** The entries of a stored JSON list that are of this shape. */
function known<T>(schema: z.ZodType<T>, stored: string | null): T[] {
  const list = stored === null ? null : fromJson(stored)
  return Array.isArray(list) ? list.flatMap((entry) => schema.safeParse(entry).data ?? []) : []
}

function errorOf(stored: string | null): ReplyError | null {
  if (stored === null) return null
  const parsed = ReplyErrorSchema.safeParse(fromJson(stored))
  if (parsed.success) return parsed.data
  return { code: 'unexpected', message: 'This reply failed; the reason can no longer be read.', retryable: true }
}

export function roleOf(stored: string): MessageRole {
  return oneOf(Role.options, stored, 'assistant')
}

export function statusOf(stored: string): MessageStatus {
  return oneOf(Status.options, stored, 'interrupted')
}

function textSoFar(kind: 'text' | 'reasoning'): string {
  return `iif(m.status = 'streaming', m.${kind} || (
    SELECT coalesce(group_concat(k.text, '' ORDER BY k.position), '')
    FROM reply_chunks AS k WHERE k.message_seq = m.seq AND k.kind = '${kind}'
  ), m.${kind})`
}
