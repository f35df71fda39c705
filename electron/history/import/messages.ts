import type { FileMessage } from '../../transfer/alcove-format.ts'
import type { Database } from '../database.ts'
import { noteUnindexed } from '../index/backlog.ts'
import { chainHash } from '../messages.ts'
import { statement } from '../statement.ts'
import { toJson } from '../stored-values.ts'

interface Inserted {
  seq: number
  depth: number
  chain: Uint8Array
}

const INSERT = `
  INSERT INTO messages (seq, id, conversation_seq, parent_seq, depth, role, status, chain_hash, created_at, completed_at,
    finish_reason, endpoint_id, endpoint_name, model, prompt_tokens, completion_tokens, cached_tokens, first_token_ms,
    total_ms, reasoning_ms, pinned, excluded, edited_from_id, sampling, error, text, reasoning, parts, sent_text)
  VALUES (:seq, :id, :conversationSeq, :parentSeq, :depth, :role, :status, :chain, :createdAt, :completedAt,
    :finishReason, :endpointId, :endpointName, :model, :promptTokens, :completionTokens, :cachedTokens, :firstTokenMs,
    :totalMs, :reasoningMs, :pinned, :excluded, :editedFromId, :sampling, :error, :text, :reasoning, :parts, :sentText)`

/**
 * Inserts messages of an imported conversation, parents first, at `firstSeq` and on: all of them, or some whose parents
 * are there by now. Throws what SQLite throws for an id that is there.
 */
export function insertImportedMessages(
  db: Database,
  { messages, conversationSeq, firstSeq }: { messages: FileMessage[]; conversationSeq: number; firstSeq: number },
): void {
  if (messages.length === 0) return
  const inserted = new Map<string, Inserted>()
  const parentOf = ({ parentId }: FileMessage): Inserted | undefined => {
    if (parentId === undefined) return undefined
    const parent = inserted.get(parentId) ?? getInserted(db, parentId, conversationSeq)
    inserted.set(parentId, parent)
    return parent
  }
  for (const [index, message] of messages.entries()) {
    const parent = parentOf(message)
    const seq = firstSeq + index
    const chain = chainHash(parent?.chain ?? null, message.role, message.text)
    const depth = parent ? parent.depth + 1 : 0
    const parentSeq = parent?.seq ?? null
    statement(db, INSERT).run({ ...valuesOf(message), seq, conversationSeq, parentSeq, depth, chain })
    insertRequests(db, message, seq)
    insertAttachments(db, message, seq)
    inserted.set(message.id, { seq, depth, chain })
  }
  noteUnindexed(db, { firstSeq, lastSeq: firstSeq + messages.length - 1 })
}

/** One that an earlier step has inserted. */
function getInserted(db: Database, id: string, conversationSeq: number): Inserted {
  const sql = `
    SELECT seq, depth, chain_hash AS chain FROM messages WHERE id = :id AND conversation_seq = :conversationSeq`
  const found = statement<Inserted>(db, sql).get({ id, conversationSeq })
  if (!found) throw new Error('a parent comes after its child')
  return found
}

function valuesOf(message: FileMessage) {
  return {
    id: message.id,
    role: message.role,
    status: message.status,
    createdAt: message.createdAt,
    completedAt: message.completedAt ?? null,
    finishReason: message.finishReason ?? null,
    endpointId: message.endpointId ?? null,
    endpointName: message.endpointName ?? null,
    model: message.model ?? null,
    promptTokens: message.promptTokens ?? null,
    completionTokens: message.completionTokens ?? null,
    cachedTokens: message.cachedTokens ?? null,
    firstTokenMs: message.firstTokenMs ?? null,
    totalMs: message.totalMs ?? null,
    reasoningMs: message.reasoningMs ?? null,
    pinned: message.pinned ? 1 : 0,
    excluded: message.excluded ? 1 : 0,
    editedFromId: message.editedFromId ?? null,
    sampling: toJson(message.sampling),
    error: toJson(message.error),
    text: message.text,
    reasoning: message.reasoning ?? '',
    parts: toJson(message.parts),
    sentText: message.sentText ?? null,
  }
}

function insertRequests(db: Database, { requests }: FileMessage, seq: number): void {
  const sql = `
    INSERT INTO requests (message_seq, strategy, sent_messages, left_out_messages, estimated_tokens, window_tokens,
      window_source, continue_mode, created_at, notices)
    VALUES (:seq, :strategy, :sentMessages, :leftOutMessages, :estimatedTokens, :windowTokens, :windowSource,
      :continueMode, :createdAt, :notices)`
  for (const { continueMode = null, notices, ...request } of requests ?? [])
    statement(db, sql).run({ ...request, continueMode, notices: toJson(notices), seq })
}

/** Names come with the messages, bytes at the end of the file: until then an attachment is held by name, without bytes. */
function insertAttachments(db: Database, { attachments }: FileMessage, seq: number): void {
  const hold = `
    INSERT INTO attachments (sha256, media_type, size_bytes, bytes) VALUES (:sha256, :mediaType, 0, x'')
    ON CONFLICT DO NOTHING`
  const name = `
    INSERT INTO message_attachments (message_seq, position, sha256, name) VALUES (:seq, :position, :sha256, :name)`
  for (const [position, attachment] of (attachments ?? []).entries()) {
    const { sha256, mediaType } = attachment
    statement(db, hold).run({ sha256, mediaType })
    statement(db, name).run({ seq, position, sha256, name: attachment.name })
  }
}
