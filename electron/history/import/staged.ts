/** A conversation that is too long for one transaction: hidden while its messages come in, shown when it is whole. */
import { AppError } from '../../../shared/errors.ts'
import type { FileConversation, FileMessage } from '../../transfer/alcove-format.ts'
import type { Database } from '../database.ts'
import { hideForErasing } from '../erase/erase.ts'
import { eraseSome } from '../erase/erase-some.ts'
import { forgetDeleted, noteUnindexed, setIndexed } from '../index/backlog.ts'
import { removeFromIndex } from '../index/index-messages.ts'
import { statement, transact } from '../statement.ts'
import { completeConversation, type ImportOutcome, insertConversation, isEndpointDropped } from './conversations.ts'
import { insertImportedMessages } from './messages.ts'
import { freePlace, type ImportPlace, placeAfter } from './place.ts'

/** Where a conversation that comes in slices has its rows. */
export interface Staged {
  conversationSeq: number
  /** Of its first message; the others follow. */
  firstSeq: number
  count: number
}

/** How many messages are there of those that are coming in now: all other unfinished ones are what a crash left. */
const coming = new WeakMap<Database, Map<number, number>>()

/**
 * Begins a conversation of `count` messages whose ids are not in use, and keeps their places free: a new message of
 * any conversation goes above the highest there is.
 */
export function stageConversation(
  db: Database,
  { conversation, count, place }: { conversation: FileConversation; count: number; place: ImportPlace },
): { staged: Staged; place: ImportPlace } {
  return transact(db, () => {
    const free = freePlace(db, place, count + 1)
    const staged: Staged = { conversationSeq: free.conversation, firstSeq: free.message, count }
    insertConversation(db, { conversation, place: free, hidden: 'importing' })
    const keepPlaces = `
      INSERT INTO messages (seq, id, conversation_seq, depth, role, status, created_at)
      VALUES (:seq, :id, :conversationSeq, 0, 'system', 'complete', 0)`
    const places = rowOfPlaces(staged)
    statement(db, keepPlaces).run({ ...places, id: `places of ${conversation.id}` })
    // Else the index would count one as held that it never was, and be told to let go of it.
    noteUnindexed(db, { firstSeq: places.seq, lastSeq: places.seq })
    comingOn(db).set(staged.conversationSeq, 0)
    return { staged, place: placeAfter(free, count + 1) }
  })
}

/** Inserts the next messages (JSON text of `FileMessage[]` as UTF-8), `from` of which are there by now. */
export function stageMessages(
  db: Database,
  { staged, from, messages }: { staged: Staged; from: number; messages: Uint8Array },
): { elapsedMs: number } {
  const start = performance.now()
  const { conversationSeq, firstSeq } = staged
  const there = transact(db, () => {
    assertComing(db, staged, from)
    const parsed = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(messages)) as FileMessage[]
    insertImportedMessages(db, { messages: parsed, conversationSeq, firstSeq: firstSeq + from })
    return from + parsed.length
  })
  comingOn(db).set(conversationSeq, there)
  return { elapsedMs: performance.now() - start }
}

/** Shows a conversation whose messages are all there. Throws `conflict` when they are not. */
export function finishStaged(
  db: Database,
  { staged, conversation, isCopy }: { staged: Staged; conversation: FileConversation; isCopy: boolean },
): ImportOutcome {
  const { conversationSeq: seq, count } = staged
  return transact(db, () => {
    assertComing(db, staged, count)
    freePlaces(db, staged)
    completeConversation(db, { conversation, seq })
    statement(db, 'UPDATE conversations SET hidden = NULL WHERE seq = :seq').run({ seq })
    comingOn(db).delete(seq)
    return {
      outcome: isCopy ? 'copied' : 'imported',
      conversationId: conversation.id,
      endpointDropped: isEndpointDropped(db, conversation),
      inTrash: false,
    }
  })
}

/** What is coming in comes no further, and is erased like everything else that is. */
export function abandonStaged(db: Database, _nothing: object = {}): void {
  coming.delete(db)
  hideUnfinishedImports(db)
}

/** Hands what imports that ended early have left over to the eraser, which works in steps. */
export function hideUnfinishedImports(db: Database): void {
  const sql = "SELECT seq FROM conversations WHERE hidden = 'importing'"
  const unfinished = statement<{ seq: number }>(db, sql)
    .all()
    .filter(({ seq }) => !coming.get(db)?.has(seq))
  if (unfinished.length === 0) return
  transact(db, () => {
    for (const { seq } of unfinished) hideForErasing(db, { conversationSeq: seq })
  })
}

/**
 * One step of erasing, for an import that may bring what is being erased: the ids of its messages are in use until then.
 * Returns false when no message is left to erase.
 */
export function eraseStep(db: Database, _nothing: object = {}): boolean {
  const sql = 'SELECT 1 FROM erasures WHERE conversation_seq IS NOT NULL'
  if (!statement(db, sql).get()) return false
  eraseSome(db)
  return true
}

function comingOn(db: Database): Map<number, number> {
  const found = coming.get(db) ?? new Map<number, number>()
  coming.set(db, found)
  return found
}

/** Above the messages: as long as it is there, nobody is given a place below it. */
function rowOfPlaces({ conversationSeq, firstSeq, count }: Staged): { conversationSeq: number; seq: number } {
  return { conversationSeq, seq: firstSeq + count }
}

function freePlaces(db: Database, staged: Staged): void {
  const { seq } = rowOfPlaces(staged)
  removeFromIndex(db, { seq })
  statement(db, 'DELETE FROM messages WHERE seq = :seq').run({ seq })
  setIndexed(db, { firstSeq: seq, lastSeq: seq })
  forgetDeleted(db)
}

/** With so many messages there. */
function assertComing(db: Database, { conversationSeq }: Staged, there: number): void {
  const sql = "SELECT 1 FROM conversations WHERE seq = :conversationSeq AND hidden = 'importing'"
  if (comingOn(db).get(conversationSeq) !== there || !statement(db, sql).get({ conversationSeq })) throw notWhole()
}

function notWhole(): AppError {
  return new AppError('conflict', 'This conversation could not be taken in whole, so it was left out. Import it again.')
}
