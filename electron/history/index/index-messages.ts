/** Brings the index up to what the messages say, in steps short enough that nobody waits for one. */
import type { Database } from '../database.ts'
import { statement, transact } from '../statement.ts'
import {
  type BacklogRange,
  claimThrough,
  listRanges,
  noteUnindexed,
  readIndexState,
  setIndexed,
  setIndexState,
  setRange,
  versionInIndex,
} from './backlog.ts'
import { INDEX_TEXT_VERSION, indexEntry } from './index-text.ts'

interface Stored {
  seq: number
  status: string
  text: string
}

/** Committing what a step has put into the index takes about as long again as putting it there. */
const STEP_MS = 2.5

/** Texts are read in groups of this many, so that a step of long ones does not read far more than it indexes. */
const GROUP = 8

/**
 * One step, in a transaction of its own: the newest messages that the index does not hold. A reply that is being written
 * has to wait until it ends. Returns false when nothing is left to do.
 */
export function indexSome(db: Database, { stepMs = STEP_MS }: { stepMs?: number } = {}): boolean {
  if (!isIndexing(db)) return false
  return transact(db, () => {
    outdateOtherVersions(db)
    claimNew(db)
    const until = performance.now() + stepMs
    for (const [index, range] of listRanges(db).reverse().entries()) {
      if (index > 0 && performance.now() >= until) return true
      if (!indexRange(db, range, until)) return true
    }
    return false
  })
}

/** Runs steps until nothing is left to do. For tests and measurements: it keeps the connection for as long as it takes. */
export function indexEverything(db: Database): void {
  while (indexSome(db));
}

/** Takes the words of a message out of the index. Must be called before its text changes or goes, in the same transaction. */
export function removeFromIndex(db: Database, { seq }: { seq: number }): void {
  const version = versionInIndex(db, seq)
  if (version === null) return
  const stored = statement<Stored>(db, 'SELECT seq, status, text FROM messages WHERE seq = :seq').get({ seq })
  if (stored) remove(db, stored, version)
}

/** Lets `change` give a message another text, and the index follow. One that is not indexed yet costs two reads. */
export function changeIndexedText(db: Database, { seq }: { seq: number }, change: () => void): void {
  const isIndexed = versionInIndex(db, seq) !== null
  if (isIndexed) removeFromIndex(db, { seq })
  change()
  if (isIndexed) noteUnindexed(db, { firstSeq: seq, lastSeq: seq })
}

/** Whether a step would find anything to do: while it does, some messages cannot be found. */
export function isIndexing(db: Database): boolean {
  const { textVersion, indexedThrough } = readIndexState(db)
  const sql = `
    SELECT EXISTS (SELECT 1 FROM messages WHERE seq > :indexedThrough) OR EXISTS (
      SELECT 1
      FROM message_index_backlog AS b
      CROSS JOIN messages AS m ON m.seq BETWEEN b.first_seq AND b.last_seq
      WHERE m.status <> 'streaming'
    ) AS found`
  return (
    textVersion !== INDEX_TEXT_VERSION || statement<{ found: number }>(db, sql).get({ indexedThrough })?.found === 1
  )
}

/** Once the program prepares words in another way: what is in the index is noted as being of the former version. */
function outdateOtherVersions(db: Database): void {
  const state = readIndexState(db)
  if (state.textVersion === INDEX_TEXT_VERSION) return
  const { textVersion } = state
  const oldest = statement<{ seq: number | null }>(db, 'SELECT min(seq) AS seq FROM messages').get()?.seq ?? null
  let firstSeq = oldest ?? state.indexedThrough + 1
  const outdate = (lastSeq: number): void => {
    if (firstSeq <= lastSeq) setRange(db, { firstSeq, lastSeq, textVersion })
  }
  for (const range of listRanges(db)) {
    outdate(range.firstSeq - 1)
    firstSeq = Math.max(firstSeq, range.lastSeq + 1)
  }
  outdate(state.indexedThrough)
  setIndexState(db, { ...state, textVersion: INDEX_TEXT_VERSION })
}

function claimNew(db: Database): void {
  const newest = statement<{ seq: number | null }>(db, 'SELECT max(seq) AS seq FROM messages').get()?.seq ?? null
  if (newest !== null) claimThrough(db, newest)
}

/** Newest first, until the range ends or the time is over. Returns false when there is more in it. */
function indexRange(db: Database, range: BacklogRange, until: number): boolean {
  const sql = `
    SELECT seq, status, text FROM messages
    WHERE seq BETWEEN :firstSeq AND :lastSeq ORDER BY seq DESC LIMIT ${GROUP}`
  const waiting: number[] = []
  let next = range.lastSeq
  let isOver = false
  for (let group: Stored[] | undefined; !isOver && group?.length !== 0; ) {
    group = statement<Stored>(db, sql).all({ firstSeq: range.firstSeq, lastSeq: next })
    for (const stored of group) {
      if (stored.status === 'streaming') waiting.push(stored.seq)
      else indexOne(db, stored, range.textVersion)
      next = stored.seq - 1
      isOver = performance.now() >= until
      if (isOver) break
    }
  }
  const isMore = isOver && hasMessages(db, { firstSeq: range.firstSeq, lastSeq: next })
  setIndexed(db, { firstSeq: isMore ? next + 1 : range.firstSeq, lastSeq: range.lastSeq })
  for (const seq of waiting) setRange(db, { firstSeq: seq, lastSeq: seq, textVersion: range.textVersion })
  return !isMore
}

function hasMessages(db: Database, range: { firstSeq: number; lastSeq: number }): boolean {
  const sql = 'SELECT 1 FROM messages WHERE seq BETWEEN :firstSeq AND :lastSeq'
  return statement(db, sql).get(range) !== undefined
}

function indexOne(db: Database, stored: Stored, formerVersion: number | null): void {
  if (formerVersion !== null) remove(db, stored, formerVersion)
  const { text, stems } = indexEntry(stored.text, INDEX_TEXT_VERSION)
  const { seq } = stored
  statement(db, 'INSERT INTO message_index (rowid, text) VALUES (:seq, :text)').run({ seq, text })
  statement(db, 'INSERT INTO message_stems (rowid, stems) VALUES (:seq, :stems)').run({ seq, stems })
}

const REMOVE_WORDS = "INSERT INTO message_index (message_index, rowid, text) VALUES ('delete', :seq, :text)"
const REMOVE_STEMS = "INSERT INTO message_stems (message_stems, rowid, stems) VALUES ('delete', :seq, :stems)"

function remove(db: Database, stored: Stored, version: number): void {
  const { text, stems } = indexEntry(stored.text, version)
  const { seq } = stored
  statement(db, REMOVE_WORDS).run({ seq, text })
  statement(db, REMOVE_STEMS).run({ seq, stems })
}
