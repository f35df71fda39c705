import { existsSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import { backUpBeforeMigration } from './backup/back-up-before-migration.ts'
import { removeUnfinishedKeyChange } from './change-key/change-key.ts'
import { type Database, type OpenOptions, openDatabase, refuseUnusable } from './database.ts'
import { migrate, refuseNewer, refuseNewerUnopened } from './migrate.ts'
import { migrations } from './migrations.ts'
import { openKeepingLog } from './open-keeping-log.ts'
import { checkBeforeOpening, explainUnreadable, keepHeader } from './salvage/kept-header.ts'
import { fromSqliteError } from './sqlite-errors.ts'

export interface OpenHistoryOptions extends OpenOptions {
  /** Called before the file is brought to a newer form, which takes the longer the more is in it. */
  onUpdate?: (() => void) | undefined
  /** Of a history that stays as it is, so that no backup is needed. */
  isCopy?: boolean
}

/**
 * Opens the history for writing: refuses a newer file before anything could write to it, and brings it to the newest
 * schema. Throws like `openDatabase`, `history-corrupt` for one whose beginning or newest part is damaged, or
 * `history-from-newer-version`.
 */
export function openHistoryFile({ onUpdate, isCopy = false, ...options }: OpenHistoryOptions): Database {
  refuseUnusable(options.file)
  // First of all: of a newer file not even the header is kept.
  const isVersionKnown = existsSync(options.file) && refuseNewerUnopened(options, migrations)
  checkBeforeOpening(options)
  if (existsSync(options.file) && !isVersionKnown) {
    // A connection that may write would do so on closing, if the newer version left commits in the write-ahead log.
    const reader = openUnlessUnfinished(options)
    try {
      if (reader) refuseNewer(reader, migrations)
    } finally {
      reader?.close()
    }
  }
  keepHeader(options)
  const backUp = backUpBeforeMigration(options)
  const { db, isNewForm } = openAndMigrate(options, () => {
    onUpdate?.()
    if (!isCopy) backUp()
  })
  if (!isNewForm) return db
  // Its header has changed, and can be read only while no connection has the file open.
  db.close()
  keepHeader(options)
  return openDatabase(options)
}

function openAndMigrate(options: OpenOptions, beforeMigrate: () => void): { db: Database; isNewForm: boolean } {
  const db = openKeepingLog(options)
  try {
    // Nobody can be changing the key: the file could not have been opened for writing.
    removeUnfinishedKeyChange(options)
    emptyLog(db)
    return { db, isNewForm: migrate(db, migrations, { beforeMigrate }) > 0 }
  } catch (error) {
    db.close()
    throw fromSqliteError(error)
  }
}

/**
 * What an unfinished transaction left at the end of the log could be taken for a damaged part of it once later ones have
 * been written over its beginning. Where another process is at work, or the disk is full, the log stays as it is.
 */
function emptyLog(db: Database): void {
  try {
    db.pragma('wal_checkpoint(TRUNCATE)')
  } catch (error) {
    const known = fromSqliteError(error)
    if (known instanceof AppError && (known.code === 'disk-full' || known.code === 'history-locked')) return
    throw known
  }
}

/**
 * Opens for reading. Undefined for a file whose very making was cut off: only a connection that may write can roll that
 * back, and there was nothing in it yet.
 */
function openUnlessUnfinished(options: OpenOptions): Database | undefined {
  try {
    return openDatabase({ ...options, readonly: true })
  } catch (error) {
    if (isUnfinished(error)) return undefined
    if (!isKeyWrong(error) || explainUnreadable(options) === 'other-key') throw error
    return openAgain(options)
  }
}

/** Another process may have been making the file just then; one that stays unreadable is damaged. */
function openAgain(options: OpenOptions): Database {
  try {
    return openDatabase({ ...options, readonly: true })
  } catch (error) {
    throw isKeyWrong(error) ? damaged(error) : error
  }
}

function isKeyWrong(error: unknown): boolean {
  return error instanceof AppError && error.code === 'history-key-wrong'
}

function damaged(cause: unknown): AppError {
  const message = 'The history file is damaged. Nothing was changed; Alcove can save what is still whole.'
  return new AppError('history-corrupt', message, { cause })
}

function isUnfinished(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: unknown } }
  return cause?.code === 'SQLITE_READONLY_ROLLBACK'
}
