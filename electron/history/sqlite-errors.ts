import Sqlite from 'better-sqlite3'
import { AppError } from '../../shared/errors.ts'

interface Situation {
  /** While the key is tried for the first time, unreadable pages mean that it does not fit. */
  opening: boolean
}

/**
 * The expected failure behind what SQLite threw; anything else is returned as it is.
 * Codes by primary result code: https://sqlite.org/rescode.html
 */
export function fromSqliteError(error: unknown, situation: Situation = { opening: false }): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return error
  const options = { cause: error }
  switch (primaryCode(error.code)) {
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new AppError('history-locked', 'Another program is using the history. Close it, then try again.', {
        ...options,
        retryable: true,
      })
    case 'SQLITE_NOTADB':
      return situation.opening
        ? new AppError('history-key-wrong', KEY_WRONG, options)
        : new AppError('history-corrupt', CORRUPT, options)
    case 'SQLITE_CORRUPT':
      return new AppError('history-corrupt', CORRUPT, options)
    case 'SQLITE_FULL':
      return new AppError('disk-full', 'The disk is full, so this was not saved. Free some space, then try again.', {
        ...options,
        retryable: true,
      })
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return new AppError('history-read-only', READ_ONLY, { ...options, retryable: true })
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_IOERR':
      return new AppError('history-unavailable', UNREADABLE, { ...options, retryable: true })
    case 'SQLITE_CONSTRAINT':
      // Any other broken constraint is a mistake of ours, not something a person can answer.
      return DUPLICATE.has(error.code) ? new AppError('conflict', ALREADY_THERE, options) : error
    default:
      return error
  }
}

const DUPLICATE = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'])
const ALREADY_THERE = 'This is saved already. Reload the conversation to see it.'
const KEY_WRONG =
  'The key does not open this history, or the beginning of the file is damaged. Put history.db and keys.json back from the same backup. Nothing was changed.'
const CORRUPT = 'Part of the history file is damaged. Nothing was changed; keep the file and restore a backup.'
const READ_ONLY = 'The history can be read but not changed. Check the permissions of the data folder, then try again.'
const UNREADABLE = 'The history file could not be read or written. Check that its disk is connected, then try again.'

/** Extended codes carry a suffix: SQLITE_IOERR_WRITE. */
function primaryCode(code: string): string {
  return code.split('_').slice(0, 2).join('_')
}
