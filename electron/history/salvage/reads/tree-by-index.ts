/** The tree of a conversation from indexes alone, which tell of messages whose own place in the file is damaged. */
import type { Database } from '../../database.ts'
import { statement } from '../../statement.ts'
import { orUndefined } from './damage.ts'

export interface IndexedTree {
  /** The parent of each message by `seq`, oldest first; null for a first message. */
  parents: Map<number, number | null>
  /** Undefined where neither the message nor the index of ids can be read. */
  idOf(seq: number): string | undefined
}

// Each needs nothing but the index that it names.
const PARENTS = `
  SELECT seq, parent_seq AS parentSeq FROM messages INDEXED BY messages_by_parent
  WHERE conversation_seq = :conversationSeq`
const SEQS = `
  SELECT seq FROM messages INDEXED BY sqlite_autoindex_messages_2
  WHERE conversation_seq = :conversationSeq ORDER BY seq`
const IDS = 'SELECT id, seq FROM messages INDEXED BY sqlite_autoindex_messages_1'

/** Reads as much of the history as has messages, but only where something is damaged. */
export function readTree(db: Database, conversationSeq: number): IndexedTree {
  return { parents: readParents(db, conversationSeq), idOf: rememberIds(db) }
}

function readParents(db: Database, conversationSeq: number): Map<number, number | null> {
  const rows = orUndefined(() =>
    statement<{ seq: number; parentSeq: number | null }>(db, PARENTS).all({ conversationSeq }),
  )
  if (rows) return new Map(rows.sort((a, b) => a.seq - b.seq).map(({ seq, parentSeq }) => [seq, parentSeq]))
  // Of the other index only the order is known; each message tells its parent itself, where it can be read.
  const seqs = orUndefined(() => statement<{ seq: number }>(db, SEQS).all({ conversationSeq })) ?? []
  const own = 'SELECT parent_seq AS parentSeq FROM messages NOT INDEXED WHERE seq = :seq'
  const parents = new Map<number, number | null>()
  let before: number | null = null
  for (const { seq } of seqs) {
    const known = orUndefined(() => statement<{ parentSeq: number | null }>(db, own).get({ seq }))
    parents.set(seq, known ? known.parentSeq : before)
    before = seq
  }
  return parents
}

function rememberIds(db: Database): IndexedTree['idOf'] {
  const own = 'SELECT id FROM messages NOT INDEXED WHERE seq = :seq'
  let indexed: Map<number, string> | undefined
  const readIndex = () =>
    new Map(
      (orUndefined(() => statement<{ id: string; seq: number }>(db, IDS).all()) ?? []).map(({ id, seq }) => [seq, id]),
    )
  return (seq) => {
    const id = orUndefined(() => statement<{ id: string }>(db, own).get({ seq })?.id)
    if (id !== undefined) return id
    indexed ??= readIndex()
    return indexed.get(seq)
  }
}
