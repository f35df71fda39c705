/** What the bulk worker answers with one value, each on a read-only connection of its own. */
import { AppError } from '../../shared/errors.ts'
import { type Backup, backUp } from '../history/backup/back-up.ts'
import { type VerifyReport, verifyHistory } from '../history/backup/verify.ts'
import { type Database, type OpenOptions, openDatabase } from '../history/database.ts'
import { refuseNewer } from '../history/migrate.ts'
import { migrations } from '../history/migrations.ts'
import { type CheckCursor, type CheckSlice, checkSlice } from '../history/salvage/check-slice.ts'
import { explainUnreadable } from '../history/salvage/kept-header.ts'
import { fromSqliteError } from '../history/sqlite-errors.ts'
import { getStatistics } from '../history/statistics.ts'

type ReadableHistory = Pick<OpenOptions, 'file' | 'key' | 'nativeBinding'>

interface Reads {
  /** True, or what opening throws. */
  canOpen: { args: Record<string, never>; value: true }
  /** Whether the file still has the schema of an older version. Throws `history-from-newer-version`. */
  isOutdated: { args: Record<string, never>; value: boolean }
  statistics: { args: Record<string, never>; value: ReturnType<typeof getStatistics> }
  verify: { args: Record<string, never>; value: VerifyReport }
  checkSlice: { args: { cursor: CheckCursor | null }; value: CheckSlice }
  backUp: { args: { folder: string; name: string }; value: Backup }
}

export type ReadName = keyof Reads
export type ReadArgs<N extends ReadName> = Reads[N]['args']
export type ReadValue<N extends ReadName> = Reads[N]['value']

type Read<N extends ReadName> = (db: Database, args: ReadArgs<N>, history: ReadableHistory) => ReadValue<N>

const reads: { [N in ReadName]: Read<N> } = {
  canOpen: () => true,
  isOutdated(db) {
    refuseNewer(db, migrations)
    return Number(db.pragma('user_version', { simple: true })) < migrations.length
  },
  statistics: (db) => getStatistics(db),
  verify: (db) => verifyHistory(db),
  checkSlice: (db, { cursor }) => checkSlice(db, cursor),
  backUp: (db, args, { key, nativeBinding }) => backUp(db, { ...args, key, nativeBinding }),
}

/** Of a connection that reads each page once. */
const CACHE_MIB = 16

/**
 * Throws what `openDatabase` and the read throw, and `history-corrupt` where the beginning of the file is damaged. No other
 * connection of this process may have the file open (see `explainUnreadable`).
 */
export function readHistory<N extends ReadName>(history: ReadableHistory, name: N, args: ReadArgs<N>): ReadValue<N> {
  const db = open(history)
  try {
    const read: Read<N> = reads[name]
    return read(db, args, history)
  } catch (error) {
    throw fromSqliteError(error)
  } finally {
    db.close()
  }
}

function open(history: ReadableHistory): Database {
  try {
    return openDatabase({ ...history, readonly: true, cacheMiB: CACHE_MIB })
  } catch (error) {
    const isUnreadable = error instanceof AppError && error.code === 'history-key-wrong'
    if (!isUnreadable || explainUnreadable(history) === 'other-key') throw error
    const message = 'The beginning of the history file is damaged. Nothing was changed; Alcove can save the rest of it.'
    throw new AppError('history-corrupt', message, { cause: error })
  }
}
