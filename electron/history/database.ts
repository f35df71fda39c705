/** Opens the one file that holds everything the person wrote: encrypted, durable at each commit, nothing left after a delete. */
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { AppError } from '../../shared/errors.ts'
import { fromSqliteError } from './sqlite-errors.ts'

export type Database = Sqlite.Database

export interface OpenOptions {
  /** Absolute path; its folder must exist. */
  file: string
  /** Raw 256-bit key: 32 bytes. */
  key: Uint8Array
  /** Path of the SQLite addon, where the packaged one does not fit the runtime. */
  nativeBinding?: string | undefined
  readonly?: boolean
  /** Page cache in MiB: 32 for the connection a person waits for, 16 for the others. */
  cacheMiB?: number
}

const KEY_BYTES = 32

/** SQLite3 Multiple Ciphers takes bytes after this prefix as the key itself instead of deriving one from a passphrase. */
const RAW_KEY_PREFIX = 'raw:'

/**
 * Opens (or creates) the history with every pragma that its promises rest on, and reads each back.
 * Pages are SQLCipher 4 pages, so other SQLCipher tools can open the file with the same raw key.
 * Throws `history-key-wrong`, `history-corrupt`, `history-locked`, `history-read-only` or `history-unavailable`.
 */
export function openDatabase(options: OpenOptions): Database {
  if (options.key.byteLength !== KEY_BYTES) {
    throw new AppError(
      'history-key-wrong',
      'The key of the history is damaged. Put keys.json back from a backup. Nothing was changed.',
    )
  }
  if (!options.readonly) refuseUnusable(options.file)
  const wasEmpty = !statSync(options.file, { throwIfNoEntry: false })?.size
  try {
    return openOnce(options)
  } catch (error) {
    // Another process made the file meanwhile, with another salt than the one chosen here.
    if (wasEmpty && error instanceof AppError && error.code === 'history-key-wrong') return openOnce(options)
    throw error
  }
}

function openOnce(options: OpenOptions): Database {
  let db: Database | undefined
  try {
    db = new Sqlite(options.file, {
      readonly: options.readonly ?? false,
      ...(options.nativeBinding ? { nativeBinding: options.nativeBinding } : {}),
    })
    unlock(db, options.key)
    configure(db, options)
    return db
  } catch (error) {
    db?.close()
    throw fromSqliteError(error, { opening: true })
  }
}

/** Throws `history-unavailable` for a folder that is gone, `history-read-only` where nothing can be written. */
export function refuseUnusable(file: string): void {
  const folder = path.dirname(file)
  if (!existsSync(folder)) {
    const message = 'The folder of the history is gone. Check that its disk is connected, then try again.'
    throw new AppError('history-unavailable', message, { retryable: true })
  }
  try {
    // SQLite also writes files beside the history.
    accessSync(folder, constants.W_OK)
    if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK)
  } catch (cause) {
    const message = 'The history cannot be written to. Check the permissions of the data folder, then try again.'
    throw new AppError('history-read-only', message, { cause, retryable: true })
  }
}

function unlock(db: Database, key: Uint8Array): void {
  db.pragma("cipher = 'sqlcipher'")
  // Without it the first bytes of the file stay clear and no other tool can read it.
  db.pragma('legacy = 4')
  withRawKey(key, (raw) => db.key(raw))
  // The first read is what tells whether the key fits.
  db.prepare('SELECT count(*) FROM sqlite_schema').get()
}

function withRawKey(key: Uint8Array, work: (raw: Buffer) => void): void {
  const raw = Buffer.concat([Buffer.from(RAW_KEY_PREFIX), key])
  try {
    work(raw)
  } finally {
    raw.fill(0)
  }
}

/**
 * Encrypts every page of a file anew, in place: for a copy that nobody relies on yet, since one cut off half-way opens
 * with neither key. Throws what SQLite throws.
 */
export function encryptAnew({ file, key, nativeBinding }: OpenOptions, newKey: Uint8Array): void {
  const db = new Sqlite(file, nativeBinding ? { nativeBinding } : {})
  try {
    unlock(db, key)
    // Pages on their way would otherwise lie in a file beside it; and a log cannot be encrypted anew.
    set(db, 'journal_mode', 'MEMORY', 'memory')
    set(db, 'temp_store', 'MEMORY', 2)
    withRawKey(newKey, (raw) => db.rekey(raw))
  } finally {
    db.close()
  }
}

/** In this order: auto_vacuum is ignored once the journal mode has written the first page. */
function configure(db: Database, { readonly = false, cacheMiB = 32 }: OpenOptions): void {
  const cacheKib = -cacheMiB * 1024
  if (!readonly) {
    // WAL alone means NORMAL in this build, which forgets acknowledged commits when the power fails. First of all, because
    // what comes next writes too, and a log is only read rightly if each commit in it was on the disk before the next.
    set(db, 'synchronous', 'FULL', 2)
    // Where it is set already, setting it would write a page at each opening.
    if (db.pragma('auto_vacuum', { simple: true }) !== 2) set(db, 'auto_vacuum', 'INCREMENTAL', 2)
    set(db, 'journal_mode', 'WAL', 'wal')
    set(db, 'secure_delete', 'ON', 1)
    // macOS: an ordinary fsync does not reach the disk itself. Elsewhere these do nothing.
    set(db, 'fullfsync', 'ON', 1)
    set(db, 'checkpoint_fullfsync', 'ON', 1)
  }
  set(db, 'foreign_keys', 'ON', 1)
  // Sorts would otherwise spill text in the clear into files.
  set(db, 'temp_store', 'MEMORY', 2)
  set(db, 'mmap_size', '0', 0)
  set(db, 'cache_size', String(cacheKib), cacheKib)
  set(db, 'trusted_schema', 'OFF', 0)
}

function set(db: Database, name: string, value: string, expected: number | string): void {
  db.pragma(`${name} = ${value}`)
  const actual = db.pragma(name, { simple: true })
  // A connection without a memory map answers nothing at all.
  if (actual === expected || (name === 'mmap_size' && actual === undefined)) return
  const message = 'The history cannot be opened safely in this folder. Move the data folder to a disk of this computer.'
  throw new AppError('history-unavailable', message, { cause: new Error(`${name} is ${String(actual)}`) })
}
