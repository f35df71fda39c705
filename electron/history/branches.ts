/** Walks of the message tree: a branch is a leaf and everything above it. */
import type { Database } from './database.ts'
import { conversationNotFound, messageNotFound } from './not-found.ts'
import { readAround } from './salvage/reads/damage.ts'
import { statement } from './statement.ts'

/** Where a message stands. Only inside the history; `seq` values never leave it. */
export interface Place {
  seq: number
  conversationSeq: number
  parentSeq: number | null
  depth: number
}

const PLACE = 'SELECT seq, conversation_seq AS conversationSeq, parent_seq AS parentSeq, depth FROM messages'

/**
 * The newest `:limit` messages ending at `:leafSeq`, newest first. CROSS JOIN forces the walk from row to row, and
 * NOT INDEXED leaves only the way by `seq`: left to itself, or with statistics of a history that was small, the planner
 * may scan the whole table for each step.
 */
export const BRANCH = `
  WITH RECURSIVE branch (seq, parent_seq, step) AS (
    SELECT seq, parent_seq, 1 FROM messages WHERE seq = :leafSeq
    UNION ALL
    SELECT m.seq, m.parent_seq, b.step + 1
    FROM branch AS b
    CROSS JOIN messages AS m NOT INDEXED ON m.seq = b.parent_seq
    WHERE b.step < :limit
  )`

/** Throws `not-found`. */
export function getConversationSeq(db: Database, conversationId: string): number {
  const sql = 'SELECT seq FROM conversations WHERE id = :conversationId'
  // Only where the index of ids is damaged.
  const scan = 'SELECT seq FROM conversations NOT INDEXED WHERE id = :conversationId'
  const row = readAround(
    () => statement<{ seq: number }>(db, sql).get({ conversationId }),
    () => statement<{ seq: number }>(db, scan).get({ conversationId }),
  )
  if (!row) throw conversationNotFound()
  return row.seq
}

/** Throws `not-found` when the message is in no or another conversation. */
export function getPlace(
  db: Database,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Place {
  const conversationSeq = getConversationSeq(db, conversationId)
  const place = statement<Place>(db, `${PLACE} WHERE id = :messageId`).get({ messageId })
  if (place?.conversationSeq !== conversationSeq) throw messageNotFound()
  return place
}

/** The message that the active branch ends with: the chosen one, else the newest; null when there is none. */
export function findActiveLeaf(db: Database, conversationSeq: number): number | null {
  const chosen = `
    SELECT m.seq
    FROM conversations AS c
    CROSS JOIN messages AS m NOT INDEXED ON m.seq = c.active_leaf_seq AND m.conversation_seq = c.seq
    WHERE c.seq = :conversationSeq`
  const newest = 'SELECT max(seq) AS seq FROM messages WHERE conversation_seq = :conversationSeq'
  const leaf = statement<{ seq: number }>(db, chosen).get({ conversationSeq })
  return leaf?.seq ?? statement<{ seq: number | null }>(db, newest).get({ conversationSeq })?.seq ?? null
}
