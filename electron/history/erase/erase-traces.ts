/** What deleting rows leaves behind: words in the index, free pages, and former pages in the write-ahead log. */
import type { Database } from '../database.ts'
import { statement, transact } from '../statement.ts'

const INDEXES = ['message_index', 'message_stems'] as const
type Index = (typeof INDEXES)[number]

/** Pages of the index that one step writes anew. */
const MERGED_PAGES = 32
/** Free pages that one step cuts off the file. */
const VACUUMED_PAGES = 128
/** Until the next look whether another connection still reads what the write-ahead log holds. */
const BUSY_MS = 250

const merging = new WeakMap<Database, Set<Index>>()

/**
 * From here on deleted words stay in the index, only marked as deleted, until `eraseTraces` writes all of it anew. Taking
 * them out one by one costs some 7 ms a message, so for many messages this is the shorter way. Runs in the transaction of
 * the caller. Which way is in use stands in the index itself, so a crash changes nothing.
 */
export function forgetInBulk(db: Database): void {
  for (const index of INDEXES) if (deletesAtOnce(db, index)) configure(db, index, 0)
}

/**
 * One step, after the rows are gone. Returns how many milliseconds the next one should wait; null when nothing is left
 * to do.
 */
export function eraseTraces(db: Database): number | null {
  if (!statement(db, 'SELECT 1 FROM erasures').get()) return null
  for (const index of INDEXES) {
    if (deletesAtOnce(db, index)) continue
    mergeSome(db, index)
    return 0
  }
  if ((db.pragma('freelist_count', { simple: true }) as number) > 0) {
    db.pragma(`incremental_vacuum(${VACUUMED_PAGES})`)
    return 0
  }
  if (!emptyLog(db)) return BUSY_MS
  statement(db, 'DELETE FROM erasures WHERE conversation_seq IS NULL').run()
  return 0
}

function deletesAtOnce(db: Database, index: Index): boolean {
  const sql = `SELECT v FROM ${index}_config WHERE k = 'secure-delete'`
  return statement<{ v: number }>(db, sql).get()?.v === 1
}

function configure(db: Database, index: Index, secureDelete: 0 | 1): void {
  // The option takes an integer only, and a bound number would arrive as a float.
  statement(db, `INSERT INTO ${index} (${index}, rank) VALUES ('secure-delete', ${secureDelete})`).run()
}

/**
 * Writes a part of the index anew without what is deleted in it; FTS5's way to 'optimize' in steps: a negative number
 * makes one merge of all that there is, positive ones go on with it, and one that changes nothing is the last.
 */
function mergeSome(db: Database, index: Index): void {
  const begun = merging.get(db) ?? new Set<Index>()
  merging.set(db, begun)
  transact(db, () => {
    const pages = begun.has(index) ? MERGED_PAGES : -MERGED_PAGES
    const before = totalChanges(db)
    statement(db, `INSERT INTO ${index} (${index}, rank) VALUES ('merge', :pages)`).run({ pages })
    if (totalChanges(db) - before >= 2) {
      begun.add(index)
      return
    }
    begun.delete(index)
    configure(db, index, 1)
  })
}

function totalChanges(db: Database): number {
  return statement<{ total: number }>(db, 'SELECT total_changes() AS total').get()?.total ?? 0
}

/** Returns false while another connection reads what is in the log; waiting for it would keep everybody waiting. */
function emptyLog(db: Database): boolean {
  const timeout = db.pragma('busy_timeout', { simple: true }) as number
  db.pragma('busy_timeout = 0')
  try {
    const [result] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
    return result?.busy === 0
  } finally {
    db.pragma(`busy_timeout = ${timeout}`)
  }
}
