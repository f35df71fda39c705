import { createHash } from 'node:crypto'
import type { FileConversation, FileMessage } from '../transfer/alcove-format.ts'
import type { Database } from './database.ts'
import { findConversationHead, readExportedMessages } from './transfer-export.ts'

/**
 * SHA-256 (hex) of what was said in a conversation: its system prompt and the messages of all branches. Title, folder,
 * pin, trash and the like are not content: changing them does not make it another conversation.
 */
export function hashImportedContent({ systemPrompt, messages }: FileConversation): string {
  return hashContent(systemPrompt, messages)
}

/** The same hash of a conversation in the history, read message by message. */
export function hashExistingContent(db: Database, { conversationId }: { conversationId: string }): string {
  const head = findConversationHead(db, { conversationId })
  return hashContent(head?.systemPrompt, readExportedMessages(db, { conversationId }))
}

function hashContent(systemPrompt: string | undefined, messages: Iterable<FileMessage>): string {
  const hash = createHash('sha256').update(JSON.stringify(systemPrompt ?? ''))
  for (const message of messages) hash.update(`\n${JSON.stringify(contentOf(message))}`)
  return hash.digest('hex')
}

function contentOf(message: FileMessage): unknown[] {
  const attachments = (message.attachments ?? []).map(({ sha256, name }) => [sha256, name])
  return [
    message.id,
    message.parentId ?? null,
    message.role,
    message.status,
    message.createdAt,
    message.text,
    message.reasoning ?? '',
    message.sentText ?? null,
    message.parts ?? null,
    message.editedFromId ?? null,
    attachments,
  ]
}
