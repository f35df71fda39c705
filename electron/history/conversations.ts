import { v7 as uuid } from 'uuid'
import { AppError } from '../../shared/errors.ts'
import type { Conversation, ConversationSettings } from '../../shared/record-types.ts'
import { ConversationSettings as SettingsSchema } from '../../shared/records.ts'
import { findActiveLeaf, getConversationSeq, getPlace } from './branches.ts'
import type { Database } from './database.ts'
import { ERASING_MESSAGES } from './erase/erasing-messages.ts'
import { fromRow, ROW_COLUMNS, type StoredConversationRow } from './list-conversations.ts'
import { conversationNotFound } from './not-found.ts'
import { readAround } from './salvage/reads/damage.ts'
import { getDamagedConversation } from './salvage/reads/damaged-conversations.ts'
import { statement, transact } from './statement.ts'
import { fromJson, toJson, wellFormed } from './stored-values.ts'

interface StoredConversation extends StoredConversationRow {
  seq: number
  system_prompt: string
  endpoint_id: string | null
  model: string | null
  settings: string
  message_count: number
}

export interface ConversationChanges {
  systemPrompt?: string | undefined
  endpointId?: string | null | undefined
  model?: string | null | undefined
  pinned?: boolean | undefined
  /** Replaces all of them. */
  settings?: ConversationSettings | undefined
}

const GET = `
  SELECT ${ROW_COLUMNS}, c.seq, c.system_prompt, c.endpoint_id, c.model, c.settings,
    (SELECT count(*) FROM messages AS m WHERE m.conversation_seq = c.seq AND m.seq NOT IN ${ERASING_MESSAGES})
      AS message_count
  FROM conversations AS c
  WHERE c.id = :conversationId`

const NEXT_ACTIVITY = '(SELECT coalesce(max(activity_seq), 0) + 1 FROM conversations)'

/** Throws `not-found`. `messageCount` counts every branch. */
export function getConversation(db: Database, { conversationId }: { conversationId: string }): Conversation {
  return readAround(
    () => getWhole(db, conversationId),
    () => getDamagedConversation(db, conversationId, () => readHead(db, conversationId)),
  )
}

function getWhole(db: Database, conversationId: string): Conversation {
  const row = statement<StoredConversation>(db, GET).get({ conversationId })
  if (!row) throw conversationNotFound()
  const leafSeq = findActiveLeaf(db, row.seq)
  return {
    ...headOf(row),
    activeLeafId: leafSeq === null ? null : idOfMessage(db, leafSeq),
    messageCount: row.message_count,
  }
}

function readHead(db: Database, conversationId: string): ConversationHead | undefined {
  const sql = `
    SELECT ${ROW_COLUMNS}, c.system_prompt, c.endpoint_id, c.model, c.settings
    FROM conversations AS c NOT INDEXED
    WHERE c.seq = :seq`
  const row = statement<StoredConversation>(db, sql).get({ seq: getConversationSeq(db, conversationId) })
  return row && headOf(row)
}

type ConversationHead = Omit<Conversation, 'activeLeafId' | 'messageCount'>

function headOf(row: StoredConversation): ConversationHead {
  return {
    ...fromRow(row),
    systemPrompt: row.system_prompt,
    endpointId: row.endpoint_id,
    model: row.model,
    settings: settingsOf(row.settings),
  }
}

/**
 * A new conversation at the top of the list, or the untouched empty one that is there already, moved to the top and
 * given the same defaults. An endpoint that is gone is left out.
 */
export function createConversation(
  db: Database,
  args: { id?: string | undefined; systemPrompt: string; endpointId: string | null; model: string | null; now: number },
): Conversation {
  const id = transact(db, () => {
    const values = {
      systemPrompt: wellFormed(args.systemPrompt),
      endpointId: args.endpointId,
      model: args.model,
      now: args.now,
    }
    const untouched = findUntouched(db)
    if (untouched) {
      const sql = `
        UPDATE conversations
        SET system_prompt = :systemPrompt, endpoint_id = (SELECT id FROM endpoints WHERE id = :endpointId),
          model = :model, created_at = :now, updated_at = :now, activity_seq = ${NEXT_ACTIVITY}
        WHERE id = :id`
      statement(db, sql).run({ ...values, id: untouched })
      return untouched
    }
    const created = args.id ?? uuid()
    const sql = `
      INSERT INTO conversations (id, activity_seq, system_prompt, endpoint_id, model, created_at, updated_at)
      VALUES (:id, ${NEXT_ACTIVITY}, :systemPrompt, (SELECT id FROM endpoints WHERE id = :endpointId), :model, :now, :now)`
    statement(db, sql).run({ ...values, id: created })
    return created
  })
  return getConversation(db, { conversationId: id })
}

/** Throws `not-found`. */
export function renameConversation(
  db: Database,
  { conversationId, title, source }: { conversationId: string; title: string; source: 'auto' | 'user' | 'import' },
): Conversation {
  const sql = 'UPDATE conversations SET title = :title, title_source = :source WHERE id = :conversationId'
  changeOne(db, sql, { conversationId, title: wellFormed(title), source })
  return getConversation(db, { conversationId })
}

/** Absent changes keep what is there. Throws `not-found` for the conversation and `endpoint-missing` for its endpoint. */
export function updateConversation(
  db: Database,
  { conversationId, changes, now }: { conversationId: string; changes: ConversationChanges; now: number },
): Conversation {
  transact(db, () => {
    if (changes.endpointId) assertEndpoint(db, changes.endpointId)
    const sql = `
      UPDATE conversations
      SET system_prompt = coalesce(:systemPrompt, system_prompt),
        endpoint_id = iif(:keepEndpoint, endpoint_id, :endpointId),
        model = iif(:keepModel, model, :model),
        pinned_at = CASE :pinned WHEN 1 THEN coalesce(pinned_at, :now) WHEN 0 THEN NULL ELSE pinned_at END,
        settings = coalesce(:settings, settings),
        changed_at = :now
      WHERE id = :conversationId`
    changeOne(db, sql, {
      conversationId,
      systemPrompt: changes.systemPrompt === undefined ? null : wellFormed(changes.systemPrompt),
      keepEndpoint: Number(changes.endpointId === undefined),
      endpointId: changes.endpointId ?? null,
      keepModel: Number(changes.model === undefined),
      model: changes.model ?? null,
      pinned: changes.pinned === undefined ? null : Number(changes.pinned),
      settings: toJson(changes.settings),
      now,
    })
  })
  return getConversation(db, { conversationId })
}

/** Throws `not-found`. */
export function markConversationRead(db: Database, { conversationId }: { conversationId: string }): void {
  changeOne(db, 'UPDATE conversations SET unread = 0 WHERE id = :conversationId', { conversationId })
}

/** Nothing is deleted; one that is in the trash keeps its place there. Throws `not-found`. */
export function trashConversation(
  db: Database,
  { conversationId, now }: { conversationId: string; now: number },
): void {
  const sql = `
    UPDATE conversations
    SET trashed_at = coalesce(trashed_at, :now),
      trashed_seq = coalesce(trashed_seq, (
        SELECT coalesce(max(trashed_seq), 0) + 1 FROM conversations WHERE trashed_seq IS NOT NULL
      ))
    WHERE id = :conversationId`
  changeOne(db, sql, { conversationId, now })
}

/** Back to the place in the list that it had. Throws `not-found`. */
export function restoreConversation(db: Database, { conversationId }: { conversationId: string }): void {
  const sql = 'UPDATE conversations SET trashed_at = NULL, trashed_seq = NULL WHERE id = :conversationId'
  changeOne(db, sql, { conversationId })
}

/** Makes the newest leaf below `messageId` (or the message itself) the active one. Throws `not-found`. */
export function selectBranch(
  db: Database,
  { conversationId, messageId }: { conversationId: string; messageId: string },
): Conversation {
  transact(db, () => {
    const message = getPlace(db, { conversationId, messageId })
    // A child is always newer than its parent, so the newest message of the subtree has none below it.
    const sql = `
      WITH RECURSIVE below (seq) AS (
        SELECT :seq
        UNION ALL
        SELECT m.seq
        FROM below AS b
        CROSS JOIN messages AS m ON m.conversation_seq = :conversationSeq AND m.parent_seq = b.seq
      )
      UPDATE conversations SET active_leaf_seq = (SELECT max(seq) FROM below) WHERE seq = :conversationSeq`
    statement(db, sql).run({ seq: message.seq, conversationSeq: message.conversationSeq })
  })
  return getConversation(db, { conversationId })
}

const IS_FIRST = `
  SELECT activity_seq = (SELECT max(activity_seq) FROM conversations) AS isFirst
  FROM conversations
  WHERE seq = :conversationSeq`

const RECORD_ACTIVITY = `
  UPDATE conversations
  SET active_leaf_seq = coalesce(:leafSeq, active_leaf_seq), unread = max(unread, :unread), updated_at = :now
  WHERE seq = :conversationSeq`

const MOVE_TO_TOP = `UPDATE conversations SET activity_seq = ${NEXT_ACTIVITY} WHERE seq = :conversationSeq`

/** After a message has come or ended: moves its conversation to the top of the list, and on to that leaf if one is given. */
export function recordActivity(
  db: Database,
  activity: { conversationSeq: number; leafSeq: number | null; unread: boolean; now: number },
): void {
  const { conversationSeq } = activity
  statement(db, RECORD_ACTIVITY).run({ ...activity, unread: Number(activity.unread) })
  // A conversation that goes on is at the top already: writing its place again would write two to four more pages.
  const place = statement<{ isFirst: number }>(db, IS_FIRST).get({ conversationSeq })
  if (place?.isFirst === 0) statement(db, MOVE_TO_TOP).run({ conversationSeq })
}

/** Nothing written, chosen, named or imported: nobody would miss it, so "new conversation" may use it again. */
function findUntouched(db: Database): string | undefined {
  const sql = `
    SELECT c.id
    FROM conversations AS c INDEXED BY conversations_without_messages
    WHERE c.active_leaf_seq IS NULL AND c.trashed_seq IS NULL AND c.hidden IS NULL AND c.title = '' AND c.title_source = 'auto'
      AND c.changed_at IS NULL AND c.archived_at IS NULL AND c.folder_id IS NULL AND c.source_app IS NULL
      AND NOT EXISTS (SELECT 1 FROM messages AS m WHERE m.conversation_seq = c.seq)
      AND NOT EXISTS (SELECT 1 FROM drafts AS d WHERE d.conversation_seq = c.seq)
    ORDER BY c.activity_seq DESC
    LIMIT 1`
  return statement<{ id: string }>(db, sql).get()?.id
}

function changeOne(db: Database, sql: string, values: Record<string, string | number | null>): void {
  if (statement(db, sql).run(values).changes === 0) throw conversationNotFound()
}

function assertEndpoint(db: Database, endpointId: string): void {
  if (statement(db, 'SELECT 1 FROM endpoints WHERE id = :endpointId').get({ endpointId })) return
  throw new AppError('endpoint-missing', 'This endpoint is no longer there. Choose another one.')
}

function idOfMessage(db: Database, seq: number): string | null {
  return statement<{ id: string }>(db, 'SELECT id FROM messages WHERE seq = :seq').get({ seq })?.id ?? null
}

function settingsOf(stored: string): ConversationSettings {
  const parsed = SettingsSchema.safeParse(fromJson(stored))
  return parsed.success ? parsed.data : {}
}
