/** A copy of the history that was read back and found equal before anybody relies on it. */
import { rmSync } from 'node:fs'
import { AppError } from '../../../shared/errors.ts'
import { type Database, encryptAnew, type OpenOptions, openDatabase } from '../database.ts'
import { hashContent } from './content-hashes.ts'
import { createPrivateFile, syncFile } from './durable-files.ts'
import { isSound, type VerifyReport, verifyHistory } from './verify.ts'

interface CopyArgs {
  /** The copy, which must not exist; it is made readable by its owner only. */
  into: string
  /** Of the history. */
  key: Uint8Array
  /** The copy is encrypted with this one from then on; absent: with that of the history. */
  newKey?: Uint8Array | undefined
  nativeBinding: string | undefined
  /** Told before each part of the work; a throw ends it. */
  onStep?: ((step: CopyStep) => void) | undefined
}

export type CopyStep = 'copy' | 'encrypt' | 'verify' | 'sync'

/** A copy and the hashes of its source are taken a moment apart; a commit between them makes them differ. */
const ATTEMPTS = 5

/** Of the connections that read everything once. */
const CACHE_MIB = 16

/**
 * Writes what `db` holds to a new encrypted file without free space (`VACUUM INTO`), opens that with its key, checks
 * every page and reference, compares the content of every table with the source, and syncs it. Others may go on
 * writing meanwhile. Throws `backup-failed` where the copy is not equal or not sound, what SQLite throws, or EEXIST;
 * the caller then removes the copy.
 */
export function writeSealedCopy(db: Database, args: CopyArgs): VerifyReport {
  for (let attempt = 1; ; attempt += 1) {
    const source = openDatabase({ file: db.name, key: args.key, nativeBinding: args.nativeBinding, readonly: true })
    createPrivateFile(args.into)
    try {
      // Holds on to the present state, so that commits during the copy do not make the two differ.
      source.exec('BEGIN')
      source.prepare('SELECT count(*) FROM sqlite_schema').get()
      const report = copyAndCompare(db, source, args)
      if (report) return report
      if (attempt === ATTEMPTS) throw notEqual()
      removeCopy(args.into)
    } finally {
      source.close()
    }
  }
}

/** Removes a copy, whole or not, and what SQLite may have left beside it. Never throws: the next backup tries again. */
export function removeCopy(file: string): void {
  for (const end of ['', '-journal', '-wal', '-shm']) {
    try {
      rmSync(file + end, { force: true })
    } catch {
      // What made the copy fail is told; that it could not be removed either says nothing new.
    }
  }
}

/** Undefined when the copy is another state than the one that `source` holds on to. */
function copyAndCompare(db: Database, source: Database, args: CopyArgs): VerifyReport | undefined {
  const { into, key, newKey, nativeBinding, onStep } = args
  onStep?.('copy')
  db.prepare('VACUUM INTO ?').run(into)
  if (newKey) {
    onStep?.('encrypt')
    encryptAnew({ file: into, key, nativeBinding }, newKey)
  }
  onStep?.('verify')
  const { report, hashes } = readBack({ file: into, key: newKey ?? key, nativeBinding })
  if (!isEqual(hashes, hashContent(source))) return undefined
  onStep?.('sync')
  syncFile(into)
  return report
}

/** Reads every page of the copy. Whatever is wrong with it came from writing it: the history itself was read all right. */
function readBack(copy: OpenOptions): { report: VerifyReport; hashes: Record<string, string> } {
  try {
    const db = openDatabase({ ...copy, readonly: true, cacheMiB: CACHE_MIB })
    try {
      const report = verifyHistory(db)
      // A reference to nothing is as old as the history.
      if (!isSound({ ...report, foreignKeys: 0 })) throw new Error(`the copy is not sound: ${JSON.stringify(report)}`)
      return { report, hashes: hashContent(db) }
    } finally {
      db.close()
    }
  } catch (cause) {
    const message =
      'The copy could not be read back from the disk. Nothing was changed; check the disk, then try again.'
    throw new AppError('backup-failed', message, { cause, retryable: true })
  }
}

function isEqual(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...names].every((name) => a[name] === b[name])
}

function notEqual(): AppError {
  const message = 'The copy is not the same as the history. Nothing was changed; check the disk, then try again.'
  return new AppError('backup-failed', message, { retryable: true })
}
