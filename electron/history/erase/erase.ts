/** Erases for good. What is erased is out of sight when a call returns; `eraseSome` then takes it off the disk in steps. */
import { v7 as uuid } from 'uuid'
import { AppError } from '../../../shared/errors.ts'
import { autoTitle } from '../auto-title.ts'
import type { Database } from '../database.ts'
import { messageNotFound } from '../not-found.ts'
import { statement, transact } from '../statement.ts'
import { ERASING_MESSAGES } from './erasing-messages.ts'

interface Place {
  seq: number
  conversationSeq: number
  parentSeq: number | null
}

/** Everything that the person can see or that has words in it. */
const HIDE = `
  UPDATE conversations
  SET hidden = 'erasing', id = 'erasing-' || :newId, title = '', title_source = 'auto', system_prompt = '', settings = '{}',
    raw_import = NULL, source_app = NULL, source_id = NULL, content_hash = NULL, endpoint_id = NULL, model = NULL,
    folder_id = NULL, unread = 0
  WHERE seq = :seq`

/**
 * Erases whole conversations, with drafts and attachments that no other message has. One that is gone by now is passed
 * over. Throws `conflict`, and erases none, while a reply is being written in one of them.
 */
export function eraseConversations(db: Database, { conversationIds }: { conversationIds: string[] }): void {
  transact(db, () => {
    for (const id of conversationIds) {
      const sql = 'SELECT seq, title FROM conversations WHERE id = :id AND hidden IS NULL'
      const found = statement<{ seq: number; title: string }>(db, sql).get({ id })
      if (!found) continue
      refuseStreaming(db, found.seq)
      forgetInReports(db, found.title)
      hideForErasing(db, { conversationSeq: found.seq })
    }
  })
}

/**
 * Takes a conversation out of sight at once, also one that an import left unfinished; `eraseSome` does the rest. Runs in
 * the transaction of the caller.
 */
export function hideForErasing(db: Database, { conversationSeq }: { conversationSeq: number }): void {
  statement(db, HIDE).run({ seq: conversationSeq, newId: uuid() })
  statement(db, 'DELETE FROM drafts WHERE conversation_seq = :conversationSeq').run({ conversationSeq })
  statement(db, 'DELETE FROM conversation_tags WHERE conversation_seq = :conversationSeq').run({ conversationSeq })
  statement(db, 'INSERT INTO erasures (conversation_seq) VALUES (:conversationSeq)').run({ conversationSeq })
}

/**
 * Erases a message and everything below it. The active branch goes on with the message beside it, else it ends with the
 * one above. Throws `not-found`, and `conflict` while a reply is being written in the conversation.
 */
export function eraseMessage(db: Database, { messageId }: { messageId: string }): void {
  transact(db, () => {
    const place = findPlace(db, messageId)
    refuseStreaming(db, place.conversationSeq)
    const beside = findBeside(db, place)
    forgetQuotes(db, place, beside)
    if (place.parentSeq === null && beside === null) {
      emptyConversation(db, place.conversationSeq)
      return
    }
    if (isActive(db, place))
      setActiveLeaf(db, place, beside === null ? place.parentSeq : newestBelow(db, place, beside))
    const { seq: messageSeq, conversationSeq } = place
    const sql = 'INSERT INTO erasures (conversation_seq, message_seq) VALUES (:conversationSeq, :messageSeq)'
    statement(db, sql).run({ conversationSeq, messageSeq })
  })
}

/** The report of an import names conversations that something was to be said about. */
function forgetInReports(db: Database, title: string): void {
  if (title === '') return
  const sql = `
    UPDATE imports SET report = replace(report, :title, '""')
    WHERE instr(report, :title) > 0 AND json_valid(replace(report, :title, '""'))`
  statement(db, sql).run({ title: JSON.stringify(title) })
}

function findPlace(db: Database, messageId: string): Place {
  const sql = `
    SELECT m.seq, m.conversation_seq AS conversationSeq, m.parent_seq AS parentSeq
    FROM messages AS m CROSS JOIN conversations AS c NOT INDEXED ON c.seq = m.conversation_seq
    WHERE m.id = :messageId AND c.hidden IS NULL AND m.seq NOT IN ${ERASING_MESSAGES}`
  const place = statement<Place>(db, sql).get({ messageId })
  if (!place) throw messageNotFound()
  return place
}

function refuseStreaming(db: Database, conversationSeq: number): void {
  const sql = "SELECT 1 FROM messages WHERE conversation_seq = :conversationSeq AND status = 'streaming'"
  if (!statement(db, sql).get({ conversationSeq })) return
  throw new AppError('conflict', 'A reply is still being written here. Stop it, then erase it.')
}

/** The newest message with the same parent that stays. */
function findBeside(db: Database, { seq, conversationSeq, parentSeq }: Place): number | null {
  const sql = `
    SELECT max(seq) AS seq FROM messages
    WHERE conversation_seq = :conversationSeq AND parent_seq IS :parentSeq AND seq <> :seq
      AND seq NOT IN ${ERASING_MESSAGES}`
  return statement<{ seq: number | null }>(db, sql).get({ seq, conversationSeq, parentSeq })?.seq ?? null
}

/** A title made from a first message quotes it, and so does what an import kept of its source. */
function forgetQuotes(db: Database, { conversationSeq, parentSeq }: Place, beside: number | null): void {
  const values = { conversationSeq }
  const forget = 'UPDATE conversations SET raw_import = NULL WHERE seq = :conversationSeq AND raw_import IS NOT NULL'
  statement(db, forget).run(values)
  if (parentSeq !== null) return
  const text = 'SELECT text FROM messages WHERE seq = :beside'
  const other = beside === null ? undefined : statement<{ text: string }>(db, text).get({ beside })
  const rename = "UPDATE conversations SET title = :title WHERE seq = :conversationSeq AND title_source = 'auto'"
  statement(db, rename).run({ ...values, title: other ? autoTitle(other.text) : '' })
}

/** Whether the active branch goes through the message. Its leaf may be any number of messages below. */
function isActive(db: Database, { seq, conversationSeq }: Place): boolean {
  const sql = `
    WITH RECURSIVE above (seq) AS (
      SELECT active_leaf_seq FROM conversations WHERE seq = :conversationSeq
      UNION ALL
      SELECT m.parent_seq
      FROM above AS a
      CROSS JOIN messages AS m NOT INDEXED ON m.seq = a.seq
      WHERE a.seq > :seq
    )
    SELECT 1 FROM above WHERE seq = :seq`
  return statement(db, sql).get({ seq, conversationSeq }) !== undefined
}

/** The newest message of a subtree, which is a leaf, because a child is newer than its parent. */
function newestBelow(db: Database, { conversationSeq }: Place, seq: number): number {
  const sql = `
    WITH RECURSIVE below (seq) AS (
      SELECT :seq
      UNION ALL
      SELECT m.seq
      FROM below AS b
      CROSS JOIN messages AS m ON m.conversation_seq = :conversationSeq AND m.parent_seq = b.seq
      WHERE m.seq NOT IN ${ERASING_MESSAGES}
    )
    SELECT max(seq) AS seq FROM below`
  return statement<{ seq: number }>(db, sql).get({ seq, conversationSeq })?.seq ?? seq
}

function setActiveLeaf(db: Database, { conversationSeq }: Place, leafSeq: number | null): void {
  const sql = 'UPDATE conversations SET active_leaf_seq = :leafSeq WHERE seq = :conversationSeq'
  statement(db, sql).run({ conversationSeq, leafSeq })
}

const KEPT = `title_source, endpoint_id, model, folder_id, created_at, updated_at, changed_at, pinned_at, archived_at,
  trashed_at, trashed_seq, retention_days, source_app, source_id, title, settings, system_prompt`

/**
 * Every message goes but the conversation stays: a row of the same id takes its place, and the former one goes with the
 * messages, so that no reader has to leave them out.
 */
function emptyConversation(db: Database, conversationSeq: number): void {
  const head = statement<{ id: string; activity: number }>(
    db,
    'SELECT id, activity_seq AS activity FROM conversations WHERE seq = :conversationSeq',
  ).get({ conversationSeq })
  if (!head) throw messageNotFound()
  const makeRoom = `
    UPDATE conversations SET id = :newId, activity_seq = (SELECT min(activity_seq) FROM conversations) - 1
    WHERE seq = :conversationSeq`
  statement(db, makeRoom).run({ conversationSeq, newId: uuid() })
  const copy = `
    INSERT INTO conversations (id, activity_seq, ${KEPT})
    SELECT :id, :activity, ${KEPT} FROM conversations WHERE seq = :conversationSeq`
  const newSeq = Number(statement(db, copy).run({ ...head, conversationSeq }).lastInsertRowid)
  for (const table of ['drafts', 'conversation_tags']) {
    const move = `UPDATE ${table} SET conversation_seq = :newSeq WHERE conversation_seq = :conversationSeq`
    statement(db, move).run({ newSeq, conversationSeq })
  }
  hideForErasing(db, { conversationSeq })
}
