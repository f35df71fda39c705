/** Conversations of which the own row cannot be read: they are listed as damaged, and the others as they are. */
import type { Conversation, ConversationRow } from '../../../../shared/record-types.ts'
import { getConversationSeq } from '../../branches.ts'
import type { Database } from '../../database.ts'
import { statement } from '../../statement.ts'
import { orUndefined } from './damage.ts'
import { readTree } from './tree-by-index.ts'

interface Place {
  pinned: number
  /** Its place in the order of the list. */
  order: number
  seq: number
}

interface PageArgs {
  view: 'active' | 'trash'
  after: { pinned: number; seq: number }
  limit: number
}

// Each needs nothing but the index that it names.
const ACTIVE_PLACES = `
  SELECT c.pinned, c.activity_seq AS "order", c.seq
  FROM conversations AS c INDEXED BY conversations_active
  WHERE c.trashed_seq IS NULL AND (c.pinned, c.activity_seq) < (:pinned, :seq)
  ORDER BY c.pinned DESC, c.activity_seq DESC
  LIMIT :limit`
const TRASH_PLACES = `
  SELECT 0 AS pinned, c.trashed_seq AS "order", c.seq
  FROM conversations AS c INDEXED BY conversations_trash
  WHERE c.trashed_seq IS NOT NULL AND c.trashed_seq < :seq
  ORDER BY c.trashed_seq DESC
  LIMIT :limit`
const ID = 'SELECT id FROM conversations INDEXED BY sqlite_autoindex_conversations_1 WHERE +seq = :seq'

/** A page of a list by its index alone, one row after the other; those being brought in or erased stay hidden. */
export function listDamagedPage(
  db: Database,
  { view, after, limit }: PageArgs,
  readRow: (seq: number) => { row: ConversationRow; isHidden: boolean } | undefined,
): { rows: ConversationRow[]; last: Place | undefined; hasMore: boolean } {
  const sql = view === 'active' ? ACTIVE_PLACES : TRASH_PLACES
  const places = statement<Place>(db, sql).all({
    ...(view === 'active' ? after : { seq: after.seq }),
    limit: limit + 1,
  })
  const rows: ConversationRow[] = []
  let updatedAt = 0
  for (const { seq, pinned } of places.slice(0, limit)) {
    const found = orUndefined(() => readRow(seq))
    if (found?.isHidden) continue
    updatedAt = found?.row.updatedAt ?? updatedAt
    const shown =
      found?.row ?? damagedRow(db, { seq, isPinned: pinned === 1, isTrashed: view === 'trash', at: updatedAt })
    if (shown) rows.push(shown)
  }
  return { rows, last: places[Math.min(limit, places.length) - 1], hasMore: places.length > limit }
}

/** Undefined where not even its id is left. `at` keeps it in the group of its neighbour. */
function damagedRow(
  db: Database,
  { seq, isPinned, isTrashed, at }: { seq: number; isPinned: boolean; isTrashed: boolean; at: number },
): ConversationRow | undefined {
  const id = orUndefined(() => statement<{ id: string }>(db, ID).get({ seq })?.id)
  return id === undefined ? undefined : unreadableRow(id, { at, isPinned, isTrashed })
}

function unreadableRow(
  id: string,
  { at, isPinned, isTrashed }: { at: number; isPinned: boolean; isTrashed: boolean },
): ConversationRow {
  return {
    id,
    title: '',
    titleSource: 'user',
    createdAt: at,
    updatedAt: at,
    pinnedAt: isPinned ? at : null,
    archivedAt: null,
    trashedAt: isTrashed ? at : null,
    folderId: null,
    unread: false,
    streaming: false,
    damaged: true,
  }
}

type Head = Omit<Conversation, 'activeLeafId' | 'messageCount'>

/** With its messages, which lie elsewhere. `readHead` reads what its own row says. Throws `not-found`. */
export function getDamagedConversation(
  db: Database,
  conversationId: string,
  readHead: () => Head | undefined,
): Conversation {
  const { parents, idOf } = readTree(db, getConversationSeq(db, conversationId))
  const leaf = [...parents.keys()].at(-1)
  const head = orUndefined(readHead) ?? {
    ...unreadableRow(conversationId, { at: 0, isPinned: false, isTrashed: false }),
    systemPrompt: '',
    endpointId: null,
    model: null,
    settings: {},
  }
  return {
    ...head,
    activeLeafId: leaf === undefined ? null : (idOf(leaf) ?? null),
    messageCount: parents.size,
  }
}
