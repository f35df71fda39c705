import { v7 as uuid } from 'uuid'
import { AppError, assertNever } from '../../shared/errors.ts'
import type { Sampling, SentSummary } from '../../shared/record-types.ts'
import { autoTitle } from './auto-title.ts'
import { findActiveLeaf } from './branches.ts'
import { recordActivity } from './conversations.ts'
import type { Database } from './database.ts'
import { clearDraft } from './drafts.ts'
import { ERASING_ROOTS } from './erase/erasing-messages.ts'
import { chainHash } from './messages.ts'
import { conversationNotFound, messageNotFound } from './not-found.ts'
import { statement, transact } from './statement.ts'
import { toJson, wellFormed } from './stored-values.ts'

export type ReplyAction =
  /** A new user message below the active leaf, and a reply to it. */
  | { type: 'send'; text: string }
  /** Another reply beside this one, or a reply to this user message. */
  | { type: 'regenerate'; messageId: string }
  /** More of this reply. */
  | { type: 'continue'; messageId: string }

export interface BeginReplyArgs {
  conversationId: string
  action: ReplyAction
  /** Of the message that `send` adds; made here when absent. */
  userMessageId?: string | undefined
  /** Of the reply that is added; made here when absent. */
  replyId?: string | undefined
  model: string | null
  endpointId: string | null
  endpointName: string | null
  sampling: Sampling
  sent: SentSummary
  continueMode: 'prefill' | 'user-turn' | null
  now: number
}

interface OpenConversation {
  seq: number
  activeLeafSeq: number | null
  /** 1 until a first message or a person gives it a title. */
  isUntitled: number
}

type Placed = Pick<Node, 'seq' | 'id'>
type Parent = Pick<Node, 'seq' | 'depth'>
type Leaf = Pick<Node, 'seq' | 'depth' | 'status' | 'chainHash'>

interface Node {
  seq: number
  id: string
  parentSeq: number | null
  depth: number
  role: string
  status: string
  finishReason: string | null
  isEmpty: number
  hasChildren: number
  chainHash: Uint8Array | null
}

const LEAF = `
  SELECT seq, depth, status, chain_hash AS chainHash
  FROM messages NOT INDEXED
  WHERE seq = :leafSeq AND conversation_seq = :conversationSeq`

// octet_length() knows without reading a text how long it is.
const NODE = `
  SELECT m.seq, m.id, m.parent_seq AS parentSeq, m.depth, m.role, m.status, m.finish_reason AS finishReason,
    octet_length(m.text) = 0 AND octet_length(m.reasoning) = 0 AS isEmpty, m.chain_hash AS chainHash,
    EXISTS (
      SELECT 1 FROM messages AS k
      WHERE k.conversation_seq = m.conversation_seq AND k.parent_seq = m.seq AND k.seq NOT IN ${ERASING_ROOTS}
    ) AS hasChildren
  FROM messages AS m`

/** What a person may ask to go on or to be tried again in its own place. */
const UNFINISHED = new Set(['stopped', 'interrupted', 'failed'])

/**
 * Puts everything on disk that must be there before a request leaves, in one transaction: the user message, the
 * streaming reply, what it is sent, the place in the list, and the emptied draft. The id returned is that of the
 * reply's message, which is an existing one after `continue` and where a failed reply without a word is tried again.
 * Throws `not-found`, `invalid-request`, or `conflict` (trashed, streaming already, id used before, not to be continued).
 */
export function beginReply(db: Database, args: BeginReplyArgs): { replyId: string } {
  return transact(db, () => {
    const conversation = getOpenConversation(db, args.conversationId)
    const reply = placeReply(db, conversation, args)
    recordRequest(db, reply.seq, args)
    recordActivity(db, { conversationSeq: conversation.seq, leafSeq: reply.seq, unread: false, now: args.now })
    return { replyId: reply.id }
  })
}

function placeReply(db: Database, conversation: OpenConversation, args: BeginReplyArgs): Placed {
  const { action } = args
  const conversationSeq = conversation.seq
  switch (action.type) {
    case 'send': {
      const parent = insertUserMessage(db, conversation, args, action.text)
      return insertReply(db, conversationSeq, parent, args)
    }
    case 'regenerate':
      return regenerate(db, conversationSeq, getNode(db, conversationSeq, action.messageId), args)
    case 'continue':
      return continueReply(db, getNode(db, conversationSeq, action.messageId), args)
    default:
      return assertNever(action)
  }
}

function regenerate(db: Database, conversationSeq: number, target: Node, args: BeginReplyArgs): Placed {
  if (target.role !== 'user' && target.role !== 'assistant') {
    throw new AppError('invalid-request', 'Only a reply can be generated again. Choose a reply or your own message.')
  }
  const parent = target.role === 'user' ? target : findNode(db, target.parentSeq)
  const replies = listChildren(db, conversationSeq, parent)
  if ([parent, ...replies].some((message) => message?.status === 'streaming')) throw stillStreaming()
  const empty = target.role === 'user' ? replies.findLast(isWordless) : target
  if (empty && isWordless(empty)) return restart(db, empty, args)
  return insertReply(db, conversationSeq, parent, args)
}

function continueReply(db: Database, target: Node, args: BeginReplyArgs): Placed {
  if (target.status === 'streaming') throw stillStreaming()
  const cutShort = target.status === 'complete' && target.finishReason === 'length'
  if (target.role !== 'assistant' || target.hasChildren || !(UNFINISHED.has(target.status) || cutShort)) {
    throw new AppError('conflict', 'This reply cannot be continued. Send a message to go on.')
  }
  return restart(db, target, args)
}

function insertUserMessage(db: Database, conversation: OpenConversation, args: BeginReplyArgs, text: string): Parent {
  const conversationSeq = conversation.seq
  const parent = findLeaf(db, conversation)
  if (parent?.status === 'streaming') throw stillStreaming()
  const stored = wellFormed(text)
  const sql = `
    INSERT INTO messages (id, conversation_seq, parent_seq, depth, role, status, text, chain_hash, created_at, completed_at)
    VALUES (:id, :conversationSeq, :parentSeq, :depth, 'user', 'complete', :text, :hash, :now, :now)`
  const depth = parent ? parent.depth + 1 : 0
  const { lastInsertRowid } = statement(db, sql).run({
    id: args.userMessageId ?? uuid(),
    conversationSeq,
    parentSeq: parent?.seq ?? null,
    depth,
    text: stored,
    hash: chainHash(parent?.chainHash ?? null, 'user', stored),
    now: args.now,
  })
  clearDraft(db, conversationSeq)
  if (conversation.isUntitled) setTitle(db, conversationSeq, autoTitle(stored))
  return { seq: Number(lastInsertRowid), depth }
}

function insertReply(db: Database, conversationSeq: number, parent: Parent | null, args: BeginReplyArgs): Placed {
  const id = args.replyId ?? uuid()
  const sql = `
    INSERT INTO messages (id, conversation_seq, parent_seq, depth, role, status, endpoint_id, endpoint_name, model,
      sampling, created_at)
    VALUES (:id, :conversationSeq, :parentSeq, :depth, 'assistant', 'streaming', :endpointId, :endpointName, :model,
      :sampling, :now)`
  const { lastInsertRowid } = statement(db, sql).run({
    ...sourceOf(args),
    id,
    conversationSeq,
    parentSeq: parent?.seq ?? null,
    depth: parent ? parent.depth + 1 : 0,
    now: args.now,
  })
  return { seq: Number(lastInsertRowid), id }
}

/** The same message streams again after what it holds; what its last end left is cleared. */
function restart(db: Database, target: Node, args: BeginReplyArgs): Placed {
  const sql = `
    UPDATE messages
    SET status = 'streaming', endpoint_id = :endpointId, endpoint_name = :endpointName, model = :model,
      sampling = :sampling, created_at = iif(:isEmpty, :now, created_at), completed_at = NULL, chain_hash = NULL,
      finish_reason = NULL, error = NULL
    WHERE seq = :seq`
  statement(db, sql).run({ ...sourceOf(args), seq: target.seq, isEmpty: target.isEmpty, now: args.now })
  return { seq: target.seq, id: target.id }
}

function sourceOf(args: BeginReplyArgs): Record<'endpointId' | 'endpointName' | 'model' | 'sampling', string | null> {
  return {
    endpointId: args.endpointId,
    endpointName: args.endpointName === null ? null : wellFormed(args.endpointName),
    model: args.model === null ? null : wellFormed(args.model),
    sampling: toJson(args.sampling),
  }
}

function recordRequest(db: Database, messageSeq: number, { sent, continueMode, now }: BeginReplyArgs): void {
  const sql = `
    INSERT INTO requests (message_seq, strategy, sent_messages, left_out_messages, estimated_tokens, window_tokens,
      window_source, continue_mode, created_at, notices)
    VALUES (:messageSeq, :strategy, :sentMessages, :leftOutMessages, :estimatedTokens, :windowTokens,
      :windowSource, :continueMode, :now, :notices)`
  statement(db, sql).run({ ...sent, notices: toJson(sent.notices), messageSeq, continueMode, now })
}

function setTitle(db: Database, conversationSeq: number, title: string): void {
  statement(db, 'UPDATE conversations SET title = :title WHERE seq = :conversationSeq').run({ conversationSeq, title })
}

function getOpenConversation(db: Database, conversationId: string): OpenConversation {
  const sql = `
    SELECT seq, active_leaf_seq AS activeLeafSeq, trashed_seq IS NOT NULL AS isTrashed,
      title = '' AND title_source = 'auto' AS isUntitled
    FROM conversations WHERE id = :conversationId`
  const row = statement<OpenConversation & { isTrashed: number }>(db, sql).get({ conversationId })
  if (!row) throw conversationNotFound()
  if (row.isTrashed) {
    throw new AppError('conflict', 'This conversation is in the trash. Restore it to go on with it.')
  }
  return row
}

/** The chosen leaf, read at once where it is there; else the newest message; null in an empty conversation. */
function findLeaf(db: Database, { seq: conversationSeq, activeLeafSeq }: OpenConversation): Leaf | null {
  const find = (leafSeq: number) => statement<Leaf>(db, LEAF).get({ leafSeq, conversationSeq })
  const chosen = activeLeafSeq === null ? undefined : find(activeLeafSeq)
  if (chosen) return chosen
  const newest = findActiveLeaf(db, conversationSeq)
  return newest === null ? null : (find(newest) ?? null)
}

function getNode(db: Database, conversationSeq: number, messageId: string): Node {
  const sql = `${NODE} WHERE m.id = :messageId AND m.conversation_seq = :conversationSeq`
  const node = statement<Node>(db, sql).get({ messageId, conversationSeq })
  if (!node) throw messageNotFound()
  return node
}

function findNode(db: Database, seq: number | null): Node | null {
  if (seq === null) return null
  return statement<Node>(db, `${NODE} WHERE m.seq = :seq`).get({ seq }) ?? null
}

function listChildren(db: Database, conversationSeq: number, parent: Node | null): Node[] {
  const sql = `${NODE}
    WHERE m.conversation_seq = :conversationSeq AND m.parent_seq IS :parentSeq AND m.seq NOT IN ${ERASING_ROOTS}
    ORDER BY m.seq`
  return statement<Node>(db, sql).all({ conversationSeq, parentSeq: parent?.seq ?? null })
}

function isWordless(message: Node): boolean {
  return message.role === 'assistant' && UNFINISHED.has(message.status) && message.isEmpty === 1 && !message.hasChildren
}

function stillStreaming(): AppError {
  return new AppError('conflict', 'A reply is still being written here. Wait for it or stop it, then try again.')
}
