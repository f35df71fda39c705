import { createHash } from 'node:crypto'
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

/**
 * SHA-256 (hex) of what was said in a conversation: its system prompt and the messages of all branches. Title, folder,
 * pin, trash and the like are not content: changing them does not make it another conversation.
 */
export function hashImportedContent({ systemPrompt, messages }: FileConversation): string {
  return hashContent(systemPrompt ?? '', messages.map(contentOf))
}

const CONTENT = `
  SELECT m.id, parent.id AS parentId, m.role, iif(m.status = 'streaming', 'interrupted', m.status) AS status,
    m.created_at AS createdAt, m.text, m.reasoning, m.sent_text AS sentText, m.edited_from_id AS editedFromId, m.parts, (
      SELECT json_group_array(json_array(sha256, name) ORDER BY position)
      FROM message_attachments WHERE message_seq = m.seq) AS attachments
  FROM messages AS m
  LEFT JOIN messages AS parent ON parent.seq = m.parent_seq
  WHERE m.conversation_seq = (SELECT seq FROM conversations WHERE id = :conversationId)
  ORDER BY m.seq`

/** The same hash of a conversation in the history, read message by message; a reply being written counts without its chunks. */
export function hashExistingContent(db: Database, { conversationId }: { conversationId: string }): string {
  const sql = 'SELECT system_prompt AS systemPrompt FROM conversations WHERE id = :conversationId'
  const systemPrompt = statement<{ systemPrompt: string }>(db, sql).get({ conversationId })?.systemPrompt ?? ''
  return hashContent(systemPrompt, statement<Content>(db, CONTENT).iterate({ conversationId }))
}

function hashContent(systemPrompt: string, messages: Iterable<Content>): string {
  const hash = createHash('sha256').update(JSON.stringify(systemPrompt))
  for (const {
    id,
    parentId,
    role,
    status,
    createdAt,
    text,
    reasoning,
    sentText,
    editedFromId,
    parts,
    attachments,
  } of messages) {
    const content = [id, parentId, role, status, createdAt, text, reasoning, sentText, editedFromId, parts, attachments]
    hash.update(`\n${JSON.stringify(content)}`)
  }
  return hash.digest('hex')
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
