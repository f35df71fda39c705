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
      // What a virtual table reports is its own: here the search index, which is made from the messages again.
      return error.code === 'SQLITE_CORRUPT_VTAB'
        ? new AppError('index-damaged', INDEX_DAMAGED, options)
        : new AppError('history-corrupt', CORRUPT, options)
    case 'SQLITE_FULL':
      return diskFull(error)
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return new AppError('history-read-only', READ_ONLY, { ...options, retryable: true })
    case 'SQLITE_IOERR':
      return fromIoError(error)
    case 'SQLITE_CANTOPEN':
      return new AppError('history-unavailable', UNREADABLE, { ...options, retryable: true })
    case 'SQLITE_AUTH':
      return new AppError('history-unavailable', REFUSED, options)
    case 'SQLITE_NOMEM':
      return new AppError('history-unavailable', NO_MEMORY, { ...options, retryable: true })
    case 'SQLITE_TOOBIG':
      return new AppError('too-long', TOO_LONG, options)
    case 'SQLITE_CONSTRAINT':
      // Any other broken constraint is a mistake of ours, not something a person can answer.
      return DUPLICATE.has(error.code) ? new AppError('conflict', ALREADY_THERE, options) : error
    default:
      return error
  }
}

/**
 * The same for what SQLite or Node threw on a file of the history itself.
 * Calls of the system that failed: https://nodejs.org/api/errors.html#class-systemerror
 */
export function fromDiskError(thrown: unknown): unknown {
  const error = fromSqliteError(thrown)
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return error
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') return diskFull(error)
  const options = { cause: error, retryable: true }
  if (error.code === 'EROFS') return new AppError('history-read-only', READ_ONLY, options)
  return new AppError('history-unavailable', UNREADABLE, options)
}

/** @param cause what SQLite threw, where there is anything */
export function diskFull(cause?: unknown): AppError {
  const message =
    'The disk is full, so this was not saved. Free some space, or erase conversations from the trash, then try again.'
  return new AppError('disk-full', message, { cause, retryable: true })
}

/** Subcodes by what a person can do about them: https://sqlite.org/rescode.html#extrc */
function fromIoError(error: { code: string }): AppError {
  const options = { cause: error, retryable: true }
  const kind = error.code.slice('SQLITE_IOERR_'.length)
  // The file that connections share could not be made longer: in practice for want of space.
  if (kind === 'SHMSIZE') return diskFull(error)
  if (kind === 'NOMEM') return new AppError('history-unavailable', NO_MEMORY, options)
  if (kind === 'DATA') return new AppError('history-corrupt', CORRUPT, { cause: error })
  // CORRUPTFS among them: it stands for EIO while reading, of whatever cause.
  return new AppError('history-unavailable', WRITING.has(kind) ? UNWRITABLE : UNREADABLE, options)
}

const WRITING = new Set('WRITE FSYNC DIR_FSYNC TRUNCATE DELETE COMMIT_ATOMIC'.split(' '))
const DUPLICATE = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY'])
const ALREADY_THERE = 'This is saved already. Reload the conversation to see it.'
const KEY_WRONG =
  'The key does not open this history, or the beginning of the file is damaged. Put history.db and keys.json back from the same backup. Nothing was changed.'
const CORRUPT = 'Part of the history file is damaged. Nothing was changed; keep the file and restore a backup.'
const INDEX_DAMAGED =
  'The search index is damaged. Your conversations are not: search works again once the index is made anew in the settings.'
const READ_ONLY = 'The history can be read but not changed. Check the permissions of the data folder, then try again.'
const UNREADABLE = 'The history file could not be read or written. Check that its disk is connected, then try again.'
const UNWRITABLE =
  'The disk reported an error, so this was not saved. Check that the disk is connected and healthy, then try again.'
const REFUSED = 'The history refused this. Nothing was changed; restart Alcove, and restore a backup if it stays so.'
const NO_MEMORY = 'The computer has too little free memory, so this was not done. Close other programs, then try again.'
const TOO_LONG = 'This is too long to be saved. Shorten it or send it in parts.'

/** Extended codes carry a suffix: SQLITE_IOERR_WRITE. */
function primaryCode(code: string): string {
  return code.split('_').slice(0, 2).join('_')
}
