import { createHash, type Hash } from 'node:crypto'
import type { FileConversation, FileMessage } from '../transfer/alcove-format.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'

/** A message as far as it is content, from a file or from the history. Absent values are null or empty. */
interface Content {
  id: string
  parentId: string | null
  role: string
  status: string
  createdAt: number
  text: string
  reasoning: string
  sentText: string | null
  editedFromId: string | null
  /** JSON text. */
  parts: string | null
  /** JSON text: pairs of SHA-256 and name. */
  attachments: string
}

type StoredContent = Content & { seq: number }

/**
 * SHA-256 (hex) of what was said in a conversation: its system prompt and the messages of all branches. Title, folder,
 * pin, trash and the like are not content: changing them does not make it another conversation.
 */
export function hashImportedContent({ systemPrompt, messages }: FileConversation): string {
  const hash = beginHash(systemPrompt ?? '')
  for (const message of messages) addToHash(hash, contentOf(message))
  return hash.digest('hex')
}

const CONTENT = `
  SELECT m.seq, m.id, parent.id AS parentId, m.role, iif(m.status = 'streaming', 'interrupted', m.status) AS status,
    m.created_at AS createdAt, m.text, m.reasoning, m.sent_text AS sentText, m.edited_from_id AS editedFromId, m.parts, (
      SELECT json_group_array(json_array(sha256, name) ORDER BY position)
      FROM message_attachments WHERE message_seq = m.seq) AS attachments
  FROM messages AS m
  LEFT JOIN messages AS parent ON parent.seq = m.parent_seq
  WHERE m.conversation_seq = (SELECT seq FROM conversations WHERE id = :conversationId) AND m.seq > :afterSeq
  ORDER BY m.seq`

/** The same hash of a conversation in the history, read message by message; a reply being written counts without its chunks. */
export function hashExistingContent(db: Database, { conversationId }: { conversationId: string }): string {
  const hash = beginHash(readSystemPrompt(db, conversationId))
  const messages = statement<StoredContent>(db, CONTENT).iterate({ conversationId, afterSeq: Number.MIN_SAFE_INTEGER })
  for (const message of messages) addToHash(hash, message)
  return hash.digest('hex')
}

/** One that is being hashed in steps on a connection. */
const hashing = new WeakMap<Database, { conversationId: string; hash: Hash }>()

const STEP_MS = 5

/**
 * A step of `hashExistingContent`, for one that is too long to be hashed at once: `afterSeq` is null in the first step,
 * then the `lastSeq` of the former. `contentHash` comes with the last step. One at a time on a connection.
 */
export function hashExistingStep(
  db: Database,
  { conversationId, afterSeq, stepMs = STEP_MS }: { conversationId: string; afterSeq: number | null; stepMs?: number },
): { lastSeq: number; contentHash: string | null } {
  if (afterSeq === null) {
    hashing.set(db, { conversationId, hash: beginHash(readSystemPrompt(db, conversationId)) })
  }
  const begun = hashing.get(db)
  if (begun?.conversationId !== conversationId) throw new Error('this conversation is not being hashed')
  let lastSeq = afterSeq ?? Number.MIN_SAFE_INTEGER
  const until = performance.now() + stepMs
  for (const message of statement<StoredContent>(db, CONTENT).iterate({ conversationId, afterSeq: lastSeq })) {
    addToHash(begun.hash, message)
    lastSeq = message.seq
    if (performance.now() >= until) return { lastSeq, contentHash: null }
  }
  hashing.delete(db)
  return { lastSeq, contentHash: begun.hash.digest('hex') }
}

function readSystemPrompt(db: Database, conversationId: string): string {
  const sql = 'SELECT system_prompt AS systemPrompt FROM conversations WHERE id = :conversationId'
  return statement<{ systemPrompt: string }>(db, sql).get({ conversationId })?.systemPrompt ?? ''
}

function beginHash(systemPrompt: string): Hash {
  return createHash('sha256').update(JSON.stringify(systemPrompt))
}

function addToHash(hash: Hash, message: Content): void {
  const { id, parentId, role, status, createdAt, text, reasoning, sentText, editedFromId, parts, attachments } = message
  const content = [id, parentId, role, status, createdAt, text, reasoning, sentText, editedFromId, parts, attachments]
  hash.update(`\n${JSON.stringify(content)}`)
}

function contentOf(message: FileMessage): Content {
  return {
    id: message.id,
    parentId: message.parentId ?? null,
    role: message.role,
    status: message.status,
    createdAt: message.createdAt,
    text: message.text,
    reasoning: message.reasoning ?? '',
    sentText: message.sentText ?? null,
    editedFromId: message.editedFromId ?? null,
    parts: message.parts === undefined ? null : JSON.stringify(message.parts),
    attachments: JSON.stringify((message.attachments ?? []).map(({ sha256, name }) => [sha256, name])),
  }
}
