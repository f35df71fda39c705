/** Encrypts the whole history under another key, so that at every moment a stored key opens what stands on the disk. */
import { existsSync, readdirSync, renameSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { refuseFullDisk } from '../backup/back-up.ts'
import { backupsFolder } from '../backup/back-up-before-migration.ts'
import { fileErrorCode, syncFolder } from '../backup/durable-files.ts'
import { type CopyStep, removeCopy, writeSealedCopy } from '../backup/sealed-copy.ts'
import { type Database, openDatabase } from '../database.ts'
import { keepHeader } from '../salvage/kept-header.ts'
import { fromSqliteError } from '../sqlite-errors.ts'

interface ChangeKeyArgs {
  file: string
  /** The key that opens it now, and the one that will: 32 bytes each. */
  key: Uint8Array
  newKey: Uint8Array
  nativeBinding?: string | undefined
  /** Stores the new key beside the present one. It resolves once that is on the disk and was read back. */
  keepNext(): Promise<void>
  /** Makes the stored next key the present one. */
  promote(): Promise<void>
  /** Forgets the stored next key: the change was given up. */
  drop(): Promise<void>
  /** Told before each step; for tests that end the process there. */
  onStep?: ((step: KeyChangeStep) => void) | undefined
}

export type KeyChangeStep = 'lock' | CopyStep | 'keep-next' | 'exchange' | 'promote' | 'promoted'

export interface KeyChange {
  /** Files in the folder of backups. They stay under the former key, whose recovery code is needed to open them. */
  backupsUnderFormerKey: number
  /** False when the exchange is done but the new key still stands beside the former one: the next start puts that right. */
  isPromoted: boolean
}

/**
 * Changes the key of a history that nobody has open. In this order: a verified copy under the new key, the new key
 * stored beside the present one, the copy in place of the history by one rename, the new key promoted. Killed before
 * the rename the former key opens the history, after it the next one; both are stored around it.
 * Throws `history-locked`, `disk-full` (saying how much room is needed), `backup-failed`, `key-change-failed`, what
 * opening the history throws, or what `keepNext` throws. Then nothing has changed.
 */
export async function changeKey(args: ChangeKeyArgs): Promise<KeyChange> {
  const { file, key, nativeBinding, onStep } = args
  const copy = nextFile(file)
  removeUnfinishedKeyChange({ file })
  onStep?.('lock')
  const db = openDatabase({ file, key, nativeBinding })
  let isDurable = false
  try {
    keepToOneself(db)
    copyUnderNewKey(args, copy)
    onStep?.('keep-next')
    await args.keepNext()
    await exchange(db, args, copy)
    isDurable = trySyncFolder(path.dirname(file))
  } catch (error) {
    removeCopy(copy)
    throw toKeyChangeError(error)
  } finally {
    db.close()
  }
  tryToKeepHeader(args)
  return { isPromoted: isDurable && (await promote(args)), backupsUnderFormerKey: countBackups(file) }
}

/** Removes the copy that a key change which was cut off left behind. For whoever has the history to itself. */
export function removeUnfinishedKeyChange({ file }: { file: string }): void {
  removeCopy(nextFile(file))
}

/** The copy under the new key, until it takes the place of the history. */
function nextFile(file: string): string {
  return `${file}.next-key`
}

/** Puts the kept header under the new key too. Where that fails the next opening does it. */
function tryToKeepHeader({ file, newKey }: ChangeKeyArgs): void {
  try {
    keepHeader({ file, key: newKey })
  } catch {
    // The key is changed by now, and the history opens without a kept header.
  }
}

/** Empties and removes the log, and lets nobody else write from here on. Throws `history-locked` while another has it open. */
function keepToOneself(db: Database): void {
  try {
    // Whoever was told to close it has done so within this.
    db.pragma('busy_timeout = 500')
    // Leaving the log behind is only possible for the one connection there is.
    const mode = db.pragma('journal_mode = DELETE', { simple: true })
    if (mode !== 'delete' || existsSync(`${db.name}-wal`)) throw inUse()
    // Others may still read, as the copy does.
    db.exec('BEGIN IMMEDIATE')
  } catch (error) {
    throw fromSqliteError(error)
  }
}

function copyUnderNewKey({ file, key, newKey, nativeBinding, onStep }: ChangeKeyArgs, copy: string): void {
  const reader = openDatabase({ file, key, nativeBinding, readonly: true })
  try {
    refuseFullDisk(reader, path.dirname(file))
    writeSealedCopy(reader, { into: copy, key, newKey, nativeBinding, onStep })
  } finally {
    reader.close()
  }
  // The emptied log must be gone for good before another file takes this name: it would be read as that one's log.
  syncFolder(path.dirname(file))
}

/** Nothing may throw after the rename: from there on the key is changed. */
async function exchange(db: Database, { file, drop, onStep }: ChangeKeyArgs, copy: string): Promise<void> {
  try {
    onStep?.('exchange')
    // Windows replaces no file that is open.
    if (process.platform === 'win32') db.close()
    renameSync(copy, file)
  } catch (error) {
    await drop().catch(() => undefined)
    throw error
  }
}

/** False when a power failure may still bring the former file back; both keys then stay stored. */
function trySyncFolder(folder: string): boolean {
  try {
    syncFolder(folder)
    return true
  } catch {
    return false
  }
}

/** The key is changed by now, so failing to put the stored ones in order is told, not thrown. */
async function promote({ promote, onStep }: ChangeKeyArgs): Promise<boolean> {
  onStep?.('promote')
  try {
    await promote()
  } catch {
    return false
  }
  onStep?.('promoted')
  return true
}

function countBackups(file: string): number {
  const folder = backupsFolder(file)
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.db')).length : 0
}

function toKeyChangeError(error: unknown): unknown {
  const known = fromSqliteError(error)
  if (known instanceof AppError) return known
  const isFull = ['ENOSPC', 'EDQUOT'].includes(fileErrorCode(error))
  const message = isFull
    ? 'The disk became full, so the key was not changed. Free some space, then try again.'
    : 'The key could not be changed. Your history is as it was; check the data folder, then try again.'
  return new AppError(isFull ? 'disk-full' : 'key-change-failed', message, { cause: error, retryable: true })
}

function inUse(): AppError {
  const message = 'Something else has the history open. Close it, then change the key again. Nothing was changed.'
  return new AppError('history-locked', message, { retryable: true })
}
