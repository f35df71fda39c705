/** Backups: encrypted copies of the whole history, each read back and compared before it gets its name. */
import { existsSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { v4 as uuid } from 'uuid'
import { AppError } from '../../../shared/errors.ts'
import type { Database } from '../database.ts'
import { fromSqliteError } from '../sqlite-errors.ts'
import { fileErrorCode, placeNewFile } from './durable-files.ts'
import { removeCopy, writeSealedCopy } from './sealed-copy.ts'
import type { VerifyReport } from './verify.ts'

interface BackUpArgs {
  /** Must be there. */
  folder: string
  /** Of the file in it; must not be there yet. */
  name: string
  /** Of the history, and so of the backup. */
  key: Uint8Array
  nativeBinding: string | undefined
}

export interface Backup {
  file: string
  sizeBytes: number
  /** Of the copy. Its `foreignKeys` are those of the history itself. */
  report: VerifyReport
}

const HOUR_MS = 3_600_000
const UNFINISHED = /^\.alcove-backup-[0-9a-f-]{36}\.part(-journal|-wal|-shm)?$/

/**
 * Makes a verified backup of what `db` has open, under the same key; the file appears whole, synced and under its name,
 * or not at all. Others may go on writing meanwhile. Opened for reading, `db` is enough.
 * Throws `file-exists`, `disk-full` (saying how much room is needed), `folder-read-only`, `backup-failed`, or what
 * reading the history throws (`history-corrupt`, `history-unavailable`).
 */
export function backUp(db: Database, { folder, name, key, nativeBinding }: BackUpArgs): Backup {
  const file = path.join(folder, name)
  const into = path.join(folder, `.alcove-backup-${uuid()}.part`)
  try {
    if (existsSync(file)) throw exists(name)
    removeUnfinished(folder)
    refuseFullDisk(db, folder)
    const report = writeSealedCopy(db, { into, key, nativeBinding })
    placeNewFile(into, file)
    return { file, sizeBytes: statSync(file).size, report }
  } catch (error) {
    removeCopy(into)
    throw toBackupError(error, name)
  }
}

/** The bytes that a copy of the history will take: all its pages but the free ones. */
function sizeOfCopy(db: Database): number {
  const read = (pragma: string) => Number(db.pragma(pragma, { simple: true }))
  return (read('page_count') - read('freelist_count')) * read('page_size')
}

/** Throws `disk-full`, saying how much room a copy of the history needs, where the disk of `folder` has less. */
export function refuseFullDisk(db: Database, folder: string): void {
  const needed = sizeOfCopy(db)
  const { blocks, bavail, bsize } = statfsSync(folder)
  // Some network disks do not tell how large they are.
  if (blocks === 0 || bavail * bsize >= needed) return
  const room = `needs ${megabytes(needed)} on the disk, and there are ${megabytes(bavail * bsize)}`
  const message = `A copy of your history ${room}. Free some space, then try again.`
  throw new AppError('disk-full', message, { retryable: true })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** What a killed backup left. A younger one may be another process at work. */
function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!UNFINISHED.test(name)) continue
    const part = path.join(folder, name)
    const age = Date.now() - (statSync(part, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (Math.abs(age) > HOUR_MS) rmSync(part, { force: true })
  }
}

function exists(name: string, cause?: unknown): AppError {
  return new AppError('file-exists', `There is a file named ${name} already. Choose another name or folder.`, { cause })
}

function toBackupError(error: unknown, name: string): unknown {
  const known = fromSqliteError(error)
  if (known instanceof AppError && known.code !== 'history-read-only') return known
  switch (known instanceof AppError ? 'EROFS' : fileErrorCode(error)) {
    case 'EEXIST':
      return exists(name, error)
    case 'ENOSPC':
    case 'EDQUOT':
      return new AppError('disk-full', FULL, { cause: error, retryable: true })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError('folder-read-only', READ_ONLY, { cause: error })
    default:
      return new AppError('backup-failed', FAILED, { cause: error, retryable: true })
  }
}

const FULL = 'The disk became full, so no backup was made. Free some space, then try again.'
const READ_ONLY = 'Alcove may not write in that folder. Choose another folder, then make the backup again.'
const FAILED = 'The backup could not be written. Check that the folder is there and its disk connected, then try again.'
