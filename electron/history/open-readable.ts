/** Opens the history for writing, or, where nothing can be written, a private copy of it for reading. */
import { statSync } from 'node:fs'
import path from 'node:path'
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import { freeingBallast } from './ballast.ts'
import { type Database, openDatabase } from './database.ts'
import { type OpenHistoryOptions, openHistoryFile } from './open-history-file.ts'
import { copyForReading, removeLeftCopies } from './read-only-copy.ts'
import { interruptStreaming } from './replies.ts'
import { fromDiskError } from './sqlite-errors.ts'
import type { Opened } from './worker-protocol.ts'

export interface OpenFile extends Opened {
  db: Database
  close(): void
}

/**
 * Throws like `openHistoryFile`, except that a folder that cannot be written to, a full disk, or an older history of which
 * no backup can be made, opens for reading.
 */
export function openReadable(options: OpenHistoryOptions): OpenFile {
  try {
    // Opening writes too, and is the way to deleting.
    const db = freeingBallast(path.dirname(options.file), () => openHistoryFile(options))
    removeLeftCopies()
    return { db, file: options.file, readOnly: false, close: () => void db.close() }
  } catch (cause) {
    const error = fromDiskError(cause)
    if (!(error instanceof AppError) || !READABLE.has(error.code)) throw error
    // A new history has nothing to read.
    if (!statSync(options.file, { throwIfNoEntry: false })?.size) throw error
    return { ...openCopy(options), ...(error.code === 'backup-failed' && { notUpdated: error.message }) }
  }
}

const READABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['history-read-only', 'disk-full', 'backup-failed'])

/** The copy is brought to the newest schema and its replies are ended, as opening for writing does; then it is only read. */
function openCopy(options: OpenHistoryOptions): OpenFile {
  const copy = copyForReading({ file: options.file })
  try {
    const writer = openHistoryFile({ ...options, file: copy.file, isCopy: true })
    interruptStreaming(writer, { now: Date.now() })
    writer.close()
    const db = openDatabase({ ...options, file: copy.file, readonly: true })
    const close = (): void => {
      db.close()
      copy.remove()
    }
    return { db, file: copy.file, readOnly: true, close }
  } catch (error) {
    copy.remove()
    throw error
  }
}
