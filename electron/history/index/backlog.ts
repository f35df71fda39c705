/** Which messages the index does not hold as they are now: ranges of `seq`, and every message above a mark. */
import type { Database } from '../database.ts'
import { statement } from '../statement.ts'

export interface IndexState {
  /** The version of the words in the index, except where a range says otherwise. */
  textVersion: number
  /** Every message above it is not indexed. */
  indexedThrough: number
}

export interface BacklogRange {
  firstSeq: number
  lastSeq: number
  /** Of the words that the index still holds of these messages; null where it holds none. */
  textVersion: number | null
}

/** Below every `seq`: an import counts down from 0 or from what is there. */
const BELOW_ALL = -Number.MAX_SAFE_INTEGER

const RANGE =
  'SELECT first_seq AS firstSeq, last_seq AS lastSeq, text_version AS textVersion FROM message_index_backlog'

export function readIndexState(db: Database): IndexState {
  const sql = 'SELECT text_version AS textVersion, indexed_through AS indexedThrough FROM message_index_state'
  const state = statement<IndexState>(db, sql).get()
  if (!state) throw new Error('the state of the index is gone')
  return state
}

export function setIndexState(db: Database, state: IndexState): void {
  const sql = 'UPDATE message_index_state SET text_version = :textVersion, indexed_through = :indexedThrough'
  statement(db, sql).run({ ...state })
}

/** The newest range that begins at or below `seq`. */
function findRangeFrom(db: Database, seq: number): BacklogRange | undefined {
  return statement<BacklogRange>(db, `${RANGE} WHERE first_seq <= :seq ORDER BY first_seq DESC LIMIT 1`).get({ seq })
}

/** Every range, oldest messages first. */
export function listRanges(db: Database): BacklogRange[] {
  return statement<BacklogRange>(db, `${RANGE} ORDER BY first_seq`).all()
}

/** The version of the words that the index holds of a message; null where it holds none. */
export function versionInIndex(db: Database, seq: number): number | null {
  const state = readIndexState(db)
  if (seq > state.indexedThrough) return null
  const range = findRangeFrom(db, seq)
  return range && range.lastSeq >= seq ? range.textVersion : state.textVersion
}

/**
 * Notes that the index holds nothing of these messages, which are in the history by now (imported, or changed after
 * their words were taken out). Cheap for neighbours: one range grows. Call it in the transaction that writes them.
 */
export function noteUnindexed(db: Database, { firstSeq, lastSeq }: { firstSeq: number; lastSeq: number }): void {
  const { indexedThrough } = readIndexState(db)
  if (lastSeq > indexedThrough) claimThrough(db, lastSeq)
  if (firstSeq <= indexedThrough)
    setRange(db, { firstSeq, lastSeq: Math.min(lastSeq, indexedThrough), textVersion: null })
}

/** Makes a range of what stands above the mark up to `seq`, so that messages that come later need not wait for it. */
export function claimThrough(db: Database, seq: number): void {
  const state = readIndexState(db)
  if (seq <= state.indexedThrough) return
  setRange(db, { firstSeq: state.indexedThrough + 1, lastSeq: seq, textVersion: null })
  setIndexState(db, { ...state, indexedThrough: seq })
}

/**
 * After messages were deleted, with their words: the next message may take a `seq` that was used before, and a range
 * that holds no message any more would never be worked off.
 */
export function forgetDeleted(db: Database): void {
  const empty = `
    DELETE FROM message_index_backlog
    WHERE NOT EXISTS (SELECT 1 FROM messages WHERE seq BETWEEN first_seq AND last_seq)`
  statement(db, empty).run()
  lowerMark(db)
}

function lowerMark(db: Database): void {
  const state = readIndexState(db)
  const newest = statement<{ seq: number | null }>(db, 'SELECT max(seq) AS seq FROM messages').get()?.seq ?? BELOW_ALL
  if (newest >= state.indexedThrough) return
  setIndexed(db, { firstSeq: newest + 1, lastSeq: state.indexedThrough })
  setIndexState(db, { ...state, indexedThrough: newest })
}

/** Notes that the index holds nothing at all. */
export function startAnew(db: Database, textVersion: number): void {
  statement(db, 'DELETE FROM message_index_backlog').run()
  setIndexState(db, { textVersion, indexedThrough: BELOW_ALL })
}

/** Notes that the index holds these messages as they are now. */
export function setIndexed(db: Database, { firstSeq, lastSeq }: { firstSeq: number; lastSeq: number }): void {
  const before = findRangeFrom(db, firstSeq - 1)
  if (before && before.lastSeq >= firstSeq) setLast(db, before.firstSeq, firstSeq - 1)
  const reaching = before && before.lastSeq > lastSeq ? before : findRangeFrom(db, lastSeq)
  statement(db, 'DELETE FROM message_index_backlog WHERE first_seq BETWEEN :firstSeq AND :lastSeq').run({
    firstSeq,
    lastSeq,
  })
  if (reaching && reaching.lastSeq > lastSeq) insertRange(db, { ...reaching, firstSeq: lastSeq + 1 })
}

/** Puts a range over whatever was noted of these messages, and joins it to neighbours of the same kind. */
export function setRange(db: Database, range: BacklogRange): void {
  setIndexed(db, range)
  const below = findRangeFrom(db, range.firstSeq - 1)
  const joinsBelow = below?.lastSeq === range.firstSeq - 1 && below.textVersion === range.textVersion
  const above = findRangeFrom(db, range.lastSeq + 1)
  const joinsAbove = above?.firstSeq === range.lastSeq + 1 && above.textVersion === range.textVersion
  const lastSeq = joinsAbove ? above.lastSeq : range.lastSeq
  if (joinsAbove) deleteRange(db, above.firstSeq)
  if (joinsBelow) setLast(db, below.firstSeq, lastSeq)
  else insertRange(db, { ...range, lastSeq })
}

function insertRange(db: Database, { firstSeq, lastSeq, textVersion }: BacklogRange): void {
  const sql = `
    INSERT INTO message_index_backlog (first_seq, last_seq, text_version) VALUES (:firstSeq, :lastSeq, :textVersion)`
  statement(db, sql).run({ firstSeq, lastSeq, textVersion })
}

function setLast(db: Database, firstSeq: number, lastSeq: number): void {
  const sql = 'UPDATE message_index_backlog SET last_seq = :lastSeq WHERE first_seq = :firstSeq'
  statement(db, sql).run({ firstSeq, lastSeq })
}

function deleteRange(db: Database, firstSeq: number): void {
  statement(db, 'DELETE FROM message_index_backlog WHERE first_seq = :firstSeq').run({ firstSeq })
}
