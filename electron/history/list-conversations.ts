import { AppError } from '../../shared/errors.ts'
import type { ConversationRow } from '../../shared/record-types.ts'
import type { Database } from './database.ts'
import { orUndefined, readAround } from './salvage/reads/damage.ts'
import { listDamagedPage } from './salvage/reads/damaged-conversations.ts'
import { statement } from './statement.ts'
import { oneOf } from './stored-values.ts'

export interface StoredConversationRow {
  id: string
  title: string
  title_source: string
  created_at: number
  updated_at: number
  pinned_at: number | null
  archived_at: number | null
  trashed_at: number | null
  folder_id: string | null
  unread: number
  streaming: number
  pinned: number
  activity_seq: number
  trashed_seq: number | null
}

export interface ConversationPage {
  conversations: ConversationRow[]
  cursor: string | null
  total: number
}

/** The columns of a `StoredConversationRow`, from `conversations AS c`. */
export const ROW_COLUMNS = `c.id, c.title, c.title_source, c.created_at, c.updated_at, c.pinned_at, c.archived_at,
  c.trashed_at, c.folder_id, c.unread, c.pinned, c.activity_seq, c.trashed_seq,
  EXISTS (SELECT 1 FROM messages AS m WHERE m.conversation_seq = c.seq AND m.status = 'streaming') AS streaming`

/** Pinned ones first, then by newest activity. Archived ones are here too: there is no other list that shows them. */
export const LIST_ACTIVE = `
  SELECT ${ROW_COLUMNS}
  FROM conversations AS c
  WHERE c.trashed_seq IS NULL AND c.hidden IS NULL AND (c.pinned, c.activity_seq) < (:pinned, :seq)
  ORDER BY c.pinned DESC, c.activity_seq DESC
  LIMIT :limit`

export const LIST_TRASH = `
  SELECT ${ROW_COLUMNS}
  FROM conversations AS c
  WHERE c.trashed_seq IS NOT NULL AND c.hidden IS NULL AND c.trashed_seq < :seq
  ORDER BY c.trashed_seq DESC
  LIMIT :limit`

export const LIST_TOTAL = 'SELECT total FROM list_totals WHERE view = :view'

/** Before every row of either list. */
const TOP = { pinned: 2, seq: Number.MAX_SAFE_INTEGER }

/**
 * One page of a list. `cursor` is the one that the former page returned, null for the first; it stays good while
 * conversations move, because it names a place in the order and not a row. A
 * conversation whose place in the file is damaged is there with `damaged` set. Throws `invalid-request` for any other text.
 */
export function listConversations(
  db: Database,
  { view, cursor, limit }: { view: 'active' | 'trash'; cursor: string | null; limit: number },
): ConversationPage {
  const args = { view, after: cursor === null ? TOP : parseCursor(cursor), limit }
  const page = readAround(
    () => readPage(db, args),
    () => listDamagedPage(db, args, (seq) => readRow(db, seq)),
  )
  return {
    conversations: page.rows,
    cursor: page.hasMore && page.last ? `${page.last.pinned}:${page.last.order}` : null,
    total: orUndefined(() => statement<{ total: number }>(db, LIST_TOTAL).get({ view })?.total) ?? page.rows.length,
  }
}

function readPage(
  db: Database,
  { view, after, limit }: { view: 'active' | 'trash'; after: typeof TOP; limit: number },
): { rows: ConversationRow[]; last: { pinned: number; order: number } | undefined; hasMore: boolean } {
  // One more than asked for tells whether there is another page.
  const rows =
    view === 'active'
      ? statement<StoredConversationRow>(db, LIST_ACTIVE).all({ ...after, limit: limit + 1 })
      : statement<StoredConversationRow>(db, LIST_TRASH).all({ seq: after.seq, limit: limit + 1 })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    rows: page.map(fromRow),
    last: last && { pinned: last.pinned, order: last.trashed_seq ?? last.activity_seq },
    hasMore: rows.length > limit,
  }
}

function readRow(db: Database, seq: number): { row: ConversationRow; isHidden: boolean } | undefined {
  const sql = `SELECT ${ROW_COLUMNS}, c.hidden FROM conversations AS c NOT INDEXED WHERE c.seq = :seq`
  const row = statement<StoredConversationRow & { hidden: string | null }>(db, sql).get({ seq })
  return row && { row: fromRow(row), isHidden: row.hidden !== null }
}

export function fromRow(row: StoredConversationRow): ConversationRow {
  return {
    id: row.id,
    title: row.title,
    titleSource: oneOf(['auto', 'user', 'import'], row.title_source, 'user'),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    pinnedAt: row.pinned_at,
    archivedAt: row.archived_at,
    trashedAt: row.trashed_at,
    folderId: row.folder_id,
    unread: row.unread !== 0,
    streaming: row.streaming !== 0,
  }
}

function parseCursor(cursor: string): { pinned: number; seq: number } {
  const [, pinned, seq] = /^([01]):(-?\d{1,15})$/.exec(cursor) ?? []
  if (pinned === undefined || seq === undefined) {
    throw new AppError('invalid-request', 'The list could not be continued. Reload it.')
  }
  return { pinned: Number(pinned), seq: Number(seq) }
}
