/** Puts a placeholder where a row was lost that others hang on, so that what was saved keeps its place in the tree. */
import { v7 as uuid } from 'uuid'
import type { Database } from '../database.ts'
import { statement } from '../statement.ts'
import { LOST_TITLE, LOST_WHOLE } from './lost-text.ts'
import { walkTree } from './pages/b-tree.ts'
import type { PageSource } from './pages/page-source.ts'
import type { Value } from './pages/records.ts'
import type { SourceSchema } from './source-schema.ts'

export interface Gaps {
  lostMessages: Set<number>
  lostConversations: Set<number>
}

interface LostMessage {
  seq: number
  conversationSeq: number
  parentSeq: number | null
}

/** From the indexes, which tell of rows that are gone from the tables, and from what the saved rows refer to. */
export function fillGaps(db: Database, pages: PageSource, schema: SourceSchema): Gaps {
  const index = (name: string) => entriesOf(pages, schema, name)
  return db.transaction(() => {
    const lost = findLostMessages(db, index('messages_by_parent'))
    const lostConversations = addConversations(db, {
      ids: index('sqlite_autoindex_conversations_1'),
      places: index('sqlite_autoindex_conversations_2'),
      also: [...lost.values()].map(({ conversationSeq }) => conversationSeq),
    })
    addMessages(db, lost, index('sqlite_autoindex_messages_1'))
    dropLooseEnds(db)
    return { lostMessages: new Set(lost.keys()), lostConversations }
  })()
}

function* entriesOf(pages: PageSource, schema: SourceSchema, name: string): Generator<(Value | undefined)[]> {
  const root = schema.indexRoots.get(name)
  if (root === undefined) return
  const walk = { kind: 'index', root, seen: new Set<number>(), onDamaged: () => undefined } as const
  for (const { values } of walkTree(pages, walk)) yield values
}

type Entries = Iterable<(Value | undefined)[]>

function findLostMessages(db: Database, byParent: Entries): Map<number, LostMessage> {
  const isThere = db.prepare<[number]>('SELECT 1 FROM messages WHERE seq = ?').pluck()
  const lost = new Map<number, LostMessage>()
  for (const [conversationSeq, parentSeq, seq] of byParent) {
    if (typeof conversationSeq !== 'number' || typeof seq !== 'number' || isThere.get(seq)) continue
    lost.set(seq, { seq, conversationSeq, parentSeq: typeof parentSeq === 'number' ? parentSeq : null })
  }
  // Where that index is damaged too, a child still names its parent; of that one nothing else is known.
  const orphans = `
    SELECT DISTINCT m.parent_seq AS seq, m.conversation_seq AS conversationSeq
    FROM messages AS m
    WHERE m.parent_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages AS p WHERE p.seq = m.parent_seq)`
  const missing = db.prepare<[], Omit<LostMessage, 'parentSeq'>>(orphans).all()
  for (const gap of missing) if (!lost.has(gap.seq)) lost.set(gap.seq, { ...gap, parentSeq: null })
  for (const gap of lost.values()) {
    const { parentSeq, conversationSeq } = gap
    if (parentSeq === null || lost.has(parentSeq) || isThere.get(parentSeq)) continue
    lost.set(parentSeq, { seq: parentSeq, conversationSeq, parentSeq: null })
  }
  return lost
}

const INSERT_CONVERSATION = `
  INSERT INTO conversations (seq, id, activity_seq, title, title_source, created_at, updated_at)
  VALUES (:seq, :id, coalesce(:activity, (SELECT coalesce(max(activity_seq), 0) + 1 FROM conversations)), '${LOST_TITLE}',
    'user', coalesce(:first, 0), coalesce(:last, 0))
  ON CONFLICT DO NOTHING`

function addConversations(
  db: Database,
  { ids, places, also }: { ids: Entries; places: Entries; also: number[] },
): Set<number> {
  const referred = db.prepare<[], number>('SELECT DISTINCT conversation_seq FROM messages').pluck().all()
  const idOf = new Map<number, string>()
  for (const [id, seq] of ids) if (typeof id === 'string' && typeof seq === 'number') idOf.set(seq, id)
  const placeOf = new Map<number, number>()
  for (const [place, seq] of places) if (typeof place === 'number' && typeof seq === 'number') placeOf.set(seq, place)
  const isThere = db.prepare<[number]>('SELECT 1 FROM conversations WHERE seq = ?').pluck()
  const times = db.prepare<[number], { first: number | null; last: number | null }>(
    'SELECT min(created_at) AS first, max(created_at) AS last FROM messages WHERE conversation_seq = ?',
  )
  const gone = new Set([...referred, ...also, ...idOf.keys()].filter((seq) => !isThere.get(seq)))
  for (const seq of gone) {
    const { first, last } = times.get(seq) ?? { first: null, last: null }
    const activity = placeOf.get(seq) ?? null
    statement(db, INSERT_CONVERSATION).run({ seq, id: idOf.get(seq) ?? uuid(), activity, first, last })
  }
  return gone
}

const INSERT_MESSAGE = `
  INSERT INTO messages (seq, id, conversation_seq, parent_seq, depth, role, status, created_at, error)
  SELECT :seq, :id, :conversationSeq, p.seq, coalesce(p.depth + 1, 0),
    coalesce(CASE p.role WHEN 'assistant' THEN 'user' WHEN p.role THEN 'assistant' END, (
      SELECT iif(c.role = 'assistant', 'user', 'assistant') FROM messages AS c
      WHERE c.conversation_seq = :conversationSeq AND c.parent_seq = :seq LIMIT 1), 'user'),
    'failed', coalesce(p.created_at, (SELECT created_at FROM conversations WHERE seq = :conversationSeq), 0), :error
  FROM (SELECT 1) LEFT JOIN messages AS p ON p.seq = :parentSeq AND p.conversation_seq = :conversationSeq
  WHERE true
  ON CONFLICT DO NOTHING`

/** Parents first: a parent always has the lower number. */
function addMessages(db: Database, lost: ReadonlyMap<number, LostMessage>, ids: Entries): void {
  const idOf = new Map<number, string>()
  for (const [id, seq] of ids) {
    if (typeof id === 'string' && typeof seq === 'number' && lost.has(seq)) idOf.set(seq, id)
  }
  for (const { seq, conversationSeq, parentSeq } of [...lost.values()].sort((a, b) => a.seq - b.seq)) {
    const id = idOf.get(seq) ?? uuid()
    statement(db, INSERT_MESSAGE).run({ seq, id, conversationSeq, parentSeq, error: LOST_WHOLE })
  }
}

/** What belongs to a row that nothing is known of any more, and names that no longer name anything. */
function dropLooseEnds(db: Database): void {
  const noMessage = 'message_seq NOT IN (SELECT seq FROM messages)'
  const noConversation = 'conversation_seq NOT IN (SELECT seq FROM conversations)'
  db.exec(`
    DELETE FROM reply_chunks WHERE ${noMessage};
    DELETE FROM requests WHERE ${noMessage};
    DELETE FROM message_attachments WHERE ${noMessage};
    DELETE FROM drafts WHERE ${noConversation};
    DELETE FROM conversation_tags WHERE ${noConversation} OR tag_seq NOT IN (SELECT seq FROM tags);
    DELETE FROM capabilities WHERE endpoint_id NOT IN (SELECT id FROM endpoints);
    INSERT INTO attachments (sha256, media_type, size_bytes, bytes)
      SELECT DISTINCT sha256, 'application/octet-stream', 0, x'' FROM message_attachments
      WHERE sha256 NOT IN (SELECT sha256 FROM attachments);
    UPDATE conversations SET endpoint_id = NULL WHERE endpoint_id NOT IN (SELECT id FROM endpoints);
    UPDATE conversations SET folder_id = NULL WHERE folder_id NOT IN (SELECT id FROM folders);
    UPDATE folders SET parent_id = NULL WHERE parent_id NOT IN (SELECT id FROM folders);
  `)
}
