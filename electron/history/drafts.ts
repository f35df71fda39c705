import { getConversationSeq } from './branches.ts'
import type { Database } from './database.ts'
import { statement } from './statement.ts'
import { wellFormed } from './stored-values.ts'

/** Empty text when there is none. Throws `not-found`. */
export function getDraft(db: Database, { conversationId }: { conversationId: string }): { text: string } {
  const conversationSeq = getConversationSeq(db, conversationId)
  const sql = 'SELECT text FROM drafts WHERE conversation_seq = :conversationSeq'
  return statement<{ text: string }>(db, sql).get({ conversationSeq }) ?? { text: '' }
}

/** An empty text removes it. Throws `not-found`. */
export function saveDraft(
  db: Database,
  { conversationId, text, now }: { conversationId: string; text: string; now: number },
): void {
  const conversationSeq = getConversationSeq(db, conversationId)
  if (text === '') {
    clearDraft(db, conversationSeq)
    return
  }
  const sql = `
    INSERT INTO drafts (conversation_seq, text, updated_at) VALUES (:conversationSeq, :text, :now)
    ON CONFLICT (conversation_seq) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at`
  statement(db, sql).run({ conversationSeq, text: wellFormed(text), now })
}

export function clearDraft(db: Database, conversationSeq: number): void {
  statement(db, 'DELETE FROM drafts WHERE conversation_seq = :conversationSeq').run({ conversationSeq })
}
