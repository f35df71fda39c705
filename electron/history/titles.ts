/** Titles that a model makes. What a person has set, and what has been tried, is left alone. */
import type { Database } from './database.ts'
import { statement } from './statement.ts'
import { wellFormed } from './stored-values.ts'

/** One whose title is still its first line, that no model was asked about, and that is not in the trash. */
const AWAITS_TITLE = "title_source = 'auto' AND title_model IS NULL AND trashed_seq IS NULL"

/** Whether a model may name this conversation; false also for one that is gone. */
export function awaitsModelTitle(db: Database, { conversationId }: { conversationId: string }): boolean {
  const sql = `SELECT 1 FROM conversations WHERE id = :conversationId AND ${AWAITS_TITLE}`
  return statement(db, sql).get({ conversationId }) !== undefined
}

/**
 * Sets the title that `model` made, unless a person has named the conversation, or it was trashed or erased meanwhile: one
 * statement looks and writes, so that nothing comes between. Null keeps the title, and notes that asking was of no use.
 * Neither its place in the list nor its times change. Returns whether it was written.
 */
export function setModelTitle(
  db: Database,
  { conversationId, title, model }: { conversationId: string; title: string | null; model: string },
): boolean {
  const sql = `
    UPDATE conversations
    SET title = coalesce(:title, title), title_model = :titleModel
    WHERE id = :conversationId AND ${AWAITS_TITLE}`
  const { changes } = statement(db, sql).run({
    conversationId,
    title: title === null ? null : wellFormed(title),
    titleModel: title === null ? '' : wellFormed(model),
  })
  return changes === 1
}
