/** Takes what was erased off the disk, in steps that a person does not notice; what a crash left is gone on with. */
import type { Database } from '../database.ts'
import { forgetDeleted, setIndexed } from '../index/backlog.ts'
import { removeFromIndex } from '../index/index-messages.ts'
import { statement, transact } from '../statement.ts'
import { eraseTraces, forgetInBulk } from './erase-traces.ts'

interface Erasure {
  seq: number
  conversationSeq: number
  messageSeq: number | null
}

const STEP_MS = 8

/** Of a subtree this many messages are walked down in a step, to where the erasing begins. */
const WALK = 2000

/** From this many messages on, their words leave the index together: see `forgetInBulk`. */
const MANY = 200

/** Where the erasing of a subtree has got to, so that each step need not walk down again. */
const leaves = new WeakMap<Database, { messageSeq: number; at: number }>()

/**
 * One step. Returns how many milliseconds the next one should wait, which is only after another connection was in the
 * way; null when nothing is left of anything erased: not in a page, the index or the write-ahead log.
 */
export function eraseSome(db: Database, { stepMs = STEP_MS }: { stepMs?: number } = {}): number | null {
  const next = `
    SELECT seq, conversation_seq AS conversationSeq, message_seq AS messageSeq
    FROM erasures WHERE conversation_seq IS NOT NULL ORDER BY seq LIMIT 1`
  const erasure = statement<Erasure>(db, next).get()
  if (!erasure) return noteForgotten(db) ? 0 : eraseTraces(db)
  transact(db, () => {
    const until = performance.now() + stepMs
    const isDone =
      erasure.messageSeq === null
        ? eraseConversation(db, erasure.conversationSeq, until)
        : eraseSubtree(db, { ...erasure, messageSeq: erasure.messageSeq }, until)
    // In the same transaction: the next message of any conversation may take a place that has just become free.
    forgetDeleted(db)
    if (!isDone) return
    const finish = 'UPDATE erasures SET conversation_seq = NULL, message_seq = NULL WHERE seq = :seq'
    statement(db, finish).run({ seq: erasure.seq })
  })
  return 0
}

/** A hidden conversation whose note is lost (salvaging saves what it can) would stay for ever. */
function noteForgotten(db: Database): boolean {
  const sql = "INSERT INTO erasures (conversation_seq) SELECT seq FROM conversations WHERE hidden = 'erasing'"
  const find = "SELECT 1 FROM conversations WHERE hidden = 'erasing'"
  return statement(db, find).get() !== undefined && statement(db, sql).run().changes > 0
}

/** Newest first, so that no message loses its parent. Returns whether nothing is left. */
function eraseConversation(db: Database, conversationSeq: number, until: number): boolean {
  const newest = 'SELECT max(seq) AS seq FROM messages WHERE conversation_seq = :conversationSeq'
  if (isLong(db, conversationSeq)) forgetInBulk(db)
  do {
    const seq = statement<{ seq: number | null }>(db, newest).get({ conversationSeq })?.seq ?? null
    if (seq === null) {
      statement(db, 'DELETE FROM conversations WHERE seq = :conversationSeq').run({ conversationSeq })
      return true
    }
    deleteMessage(db, seq)
  } while (performance.now() < until)
  return false
}

/** From leaf to leaf, parents after their children. Returns whether nothing is left. */
function eraseSubtree(
  db: Database,
  { conversationSeq, messageSeq }: Erasure & { messageSeq: number },
  until: number,
): boolean {
  if (isLong(db, conversationSeq)) forgetInBulk(db)
  const known = leaves.get(db)
  let at = known?.messageSeq === messageSeq ? known.at : messageSeq
  do {
    const below = walkDown(db, conversationSeq, at)
    if (below !== at) {
      at = below
      continue
    }
    const parent = 'SELECT parent_seq AS seq FROM messages WHERE seq = :at'
    const above = statement<{ seq: number | null }>(db, parent).get({ at })?.seq ?? null
    deleteMessage(db, at)
    if (at === messageSeq) {
      leaves.delete(db)
      return true
    }
    at = above ?? messageSeq
  } while (performance.now() < until)
  leaves.set(db, { messageSeq, at })
  return false
}

/** A message below `seq`, as far down as one step goes; `seq` itself when there is none. */
function walkDown(db: Database, conversationSeq: number, seq: number): number {
  const sql = `
    WITH RECURSIVE down (seq, step) AS (
      SELECT :seq, 0
      UNION ALL
      SELECT (
        SELECT max(m.seq) FROM messages AS m WHERE m.conversation_seq = :conversationSeq AND m.parent_seq = d.seq
      ), d.step + 1
      FROM down AS d
      WHERE d.seq IS NOT NULL AND d.step < ${WALK}
    )
    SELECT max(seq) AS seq FROM down`
  return statement<{ seq: number }>(db, sql).get({ seq, conversationSeq })?.seq ?? seq
}

function isLong(db: Database, conversationSeq: number): boolean {
  const sql = `SELECT 1 FROM messages WHERE conversation_seq = :conversationSeq LIMIT 1 OFFSET ${MANY}`
  return statement(db, sql).get({ conversationSeq }) !== undefined
}

/** With its words, chunks and requests, and with attachments that no other message has. */
function deleteMessage(db: Database, seq: number): void {
  removeFromIndex(db, { seq })
  setIndexed(db, { firstSeq: seq, lastSeq: seq })
  const names = 'SELECT DISTINCT sha256 FROM message_attachments WHERE message_seq = :seq'
  const attachments = statement<{ sha256: string }>(db, names).all({ seq })
  statement(db, 'DELETE FROM messages WHERE seq = :seq').run({ seq })
  const unused = `
    DELETE FROM attachments
    WHERE sha256 = :sha256 AND NOT EXISTS (SELECT 1 FROM message_attachments WHERE sha256 = :sha256)`
  for (const { sha256 } of attachments) statement(db, unused).run({ sha256 })
}
