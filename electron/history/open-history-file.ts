import { existsSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import { backUpBeforeMigration } from './backup/back-up-before-migration.ts'
import { type Database, type OpenOptions, openDatabase, refuseUnusable } from './database.ts'
import { migrate, refuseNewer, refuseNewerUnopened } from './migrate.ts'
import { migrations } from './migrations.ts'
import { checkBeforeOpening, explainUnreadable } from './salvage/kept-header.ts'
import { fromSqliteError } from './sqlite-errors.ts'

export interface OpenHistoryOptions extends OpenOptions {
  /** Called before the file is brought to a newer form, which takes the longer the more is in it. */
  onUpdate?: (() => void) | undefined
}

/**
 * Opens the history for writing: refuses a newer file before anything could write to it, and brings it to the newest
 * schema. Throws like `openDatabase`, `history-corrupt` for one whose beginning or newest part is damaged, or
 * `history-from-newer-version`.
 */
export function openHistoryFile({ onUpdate, ...options }: OpenHistoryOptions): Database {
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
  const db = openDatabase(options)
  try {
    const backUp = backUpBeforeMigration(options)
    const beforeMigrate = (): void => {
      onUpdate?.()
      backUp()
    }
    migrate(db, migrations, { beforeMigrate })
    return db
  } catch (error) {
    db.close()
    throw fromSqliteError(error)
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
    throw isKeyWrong(error) && explainUnreadable(options) === 'damaged' ? damaged(error) : error
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
