/** A history that is only read, also while Alcove itself has it open. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { openHistory } from '../history/history.ts'
import { copyForReading } from '../history/read-only-copy.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { findRecoveryCode } from '../keys/recovery/recovery-code.ts'
import { type BulkWorker, startBulkWorker } from '../transfer/bulk.ts'

/** Where the parts of Alcove are that a command works with. */
export interface Place {
  dataFolder: string
  /** Of the built main bundle, where the workers lie. */
  bundleFolder: string
  nativeBinding: string | undefined
  keys: Pick<KeyStore, 'openWithStoredKey'>
  /** False while Alcove is open in a window; then nothing may be written. */
  takeLock(): boolean
}

interface ReaderOptions {
  recoveryCodeFile: string | undefined
  /** The read goes by the newest schema, so an older file is brought to it first, as opening Alcove would do. */
  needsSchema: boolean
}

/** Runs `work` on the history and closes it. Throws `not-found` where there is none, and what opening it throws. */
export async function withReader<R>(
  place: Place,
  { recoveryCodeFile, needsSchema }: ReaderOptions,
  work: (bulk: BulkWorker, history: { file: string; key: Buffer }) => Promise<R>,
): Promise<R> {
  const own = historyFile(place)
  if (!existsSync(own)) throw noHistory(place)
  // SQLite writes beside a file that it only reads.
  const copy = isWritable(own) ? undefined : copyForReading({ file: own })
  const file = copy?.file ?? own
  let reader: { bulk: BulkWorker; key: Buffer } | undefined
  try {
    await withKey(place, { recoveryCodeFile }, async (key) => {
      reader = { bulk: await startReader(place, { file, key, needsSchema }), key: Buffer.from(key) }
    })
    if (!reader) throw noHistory(place)
    return await work(reader.bulk, { file, key: reader.key })
  } finally {
    await reader?.bulk.close()
    reader?.key.fill(0)
    copy?.remove()
  }
}

export function historyFile({ dataFolder }: Place): string {
  return path.join(dataFolder, 'history.db')
}

/** Gives `open` the key in the file with the recovery code, or each that may be the stored one. Keeps and changes none. */
export async function withKey(
  place: Place,
  { recoveryCodeFile, reads = true }: { recoveryCodeFile: string | undefined; reads?: boolean },
  open: (key: Buffer) => Promise<void>,
): Promise<void> {
  if (recoveryCodeFile === undefined) {
    await place.keys.openWithStoredKey(historyFile(place), open, { reads })
    return
  }
  if (!existsSync(historyFile(place))) throw noHistory(place)
  try {
    await open(findRecoveryCode(readCodeFile(recoveryCodeFile)))
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'history-key-wrong') throw cause
    const message = 'The recovery code in this file belongs to another history. Nothing was changed.'
    throw new AppError('recovery-code-other', message, { cause })
  }
}

/** For `openHistory`. */
export function historyOptions({ bundleFolder, nativeBinding }: Place, { file, key }: { file: string; key: Buffer }) {
  return { file, key, nativeBinding, workerUrl: path.join(bundleFolder, 'history-worker.js') }
}

async function startReader(
  place: Place,
  { file, key, needsSchema }: { file: string; key: Buffer; needsSchema: boolean },
): Promise<BulkWorker> {
  const { nativeBinding, bundleFolder } = place
  const bulk = startBulkWorker({ file, key, nativeBinding, workerUrl: path.join(bundleFolder, 'bulk-worker.js') })
  try {
    // The first read is what tells whether the key fits.
    if (!needsSchema) await bulk.read('canOpen', {})
    else if (await bulk.read('isOutdated', {})) await bringUpToDate(place, { file, key })
    return bulk
  } catch (error) {
    await bulk.close()
    throw error
  }
}

async function bringUpToDate(place: Place, history: { file: string; key: Buffer }): Promise<void> {
  if (history.file === historyFile(place) && !place.takeLock()) throw openElsewhere()
  const opened = await openHistory(historyOptions(place, history))
  await opened.close()
}

/** What a command that writes ends with while Alcove is open in a window. */
export function openElsewhere(): AppError {
  const message = 'Alcove is open. Close it, or do this in its window. Nothing was changed.'
  return new AppError('history-locked', message, { retryable: true })
}

function isWritable(file: string): boolean {
  try {
    accessSync(path.dirname(file), constants.W_OK)
    accessSync(file, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

function readCodeFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const message = 'The file with the recovery code cannot be read. Check its name and that you may open it.'
    throw new AppError('recovery-code-wrong', message, { cause })
  }
}

function noHistory({ dataFolder }: Place): AppError {
  return new AppError('not-found', `There is no history in ${dataFolder}. Start Alcove once, or import into it first.`)
}
