import Sqlite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { fromDiskError, fromSqliteError } from './sqlite-errors.ts'

function told(code: string, opening = false) {
  const known = fromSqliteError(new Sqlite.SqliteError('marker', code), { opening })
  if (!(known instanceof AppError)) return 'unexpected'
  expect(known.message).not.toContain('marker')
  return `${known.code}${known.retryable ? ', again' : ''}: ${known.message.split(/[,.:] /)[0]}`
}

describe('what SQLite reports', () => {
  it.each([
    ['SQLITE_BUSY_SNAPSHOT', 'history-locked, again: Another program is using the history'],
    ['SQLITE_FULL', 'disk-full, again: The disk is full'],
    ['SQLITE_IOERR_SHMSIZE', 'disk-full, again: The disk is full'],
    ['SQLITE_IOERR_WRITE', 'history-unavailable, again: The disk reported an error'],
    ['SQLITE_IOERR_FSYNC', 'history-unavailable, again: The disk reported an error'],
    ['SQLITE_IOERR_READ', 'history-unavailable, again: The history file could not be read or written'],
    ['SQLITE_IOERR_NOMEM', 'history-unavailable, again: The computer has too little free memory'],
    ['SQLITE_NOMEM', 'history-unavailable, again: The computer has too little free memory'],
    ['SQLITE_CANTOPEN', 'history-unavailable, again: The history file could not be read or written'],
    ['SQLITE_AUTH', 'history-unavailable: The history refused this'],
    ['SQLITE_READONLY_DIRECTORY', 'history-read-only, again: The history can be read but not changed'],
    ['SQLITE_CORRUPT', 'history-corrupt: Part of the history file is damaged'],
    ['SQLITE_IOERR_DATA', 'history-corrupt: Part of the history file is damaged'],
    ['SQLITE_IOERR_CORRUPTFS', 'history-unavailable, again: The history file could not be read or written'],
    ['SQLITE_CORRUPT_VTAB', 'index-damaged: The search index is damaged'],
    ['SQLITE_TOOBIG', 'too-long: This is too long to be saved'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'conflict: This is saved already'],
    ['SQLITE_CONSTRAINT_CHECK', 'unexpected'],
    ['SQLITE_ERROR', 'unexpected'],
  ])('tells %s in words that a person can act on', (code, expected) => {
    expect(told(code)).toBe(expected)
  })

  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EROFS', 'history-read-only'],
    ['EIO', 'history-unavailable'],
  ])('tells what the system says of a file as well: %s', (code, expected) => {
    const error = Object.assign(new Error('marker'), { code, syscall: 'read' })
    expect(fromDiskError(error)).toMatchObject({ code: expected, retryable: true })
    const other = new Error(code)
    expect(fromDiskError(other)).toBe(other)
  })

  it('takes pages that nothing can read for a wrong key at first, and for damage later', () => {
    expect([told('SQLITE_NOTADB', true), told('SQLITE_NOTADB')]).toEqual([
      'history-key-wrong: The key does not open this history',
      'history-corrupt: Part of the history file is damaged',
    ])
  })
})
