/** Opens the history for writing, or, where nothing can be written, a private copy of it for reading. */
import { AppError } from '../../shared/errors.ts'
import { type Database, openDatabase } from './database.ts'
import { type OpenHistoryOptions, openHistoryFile } from './open-history-file.ts'
import { copyForReading } from './read-only-copy.ts'
import { interruptStreaming } from './replies.ts'
import type { Opened } from './worker-protocol.ts'

export interface OpenFile extends Opened {
  db: Database
  close(): void
}

/** Throws like `openHistoryFile`, except that a folder or file that cannot be written to opens for reading. */
export function openReadable(options: OpenHistoryOptions): OpenFile {
  try {
    const db = openHistoryFile(options)
    return { db, file: options.file, readOnly: false, close: () => void db.close() }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'history-read-only') throw error
    return openCopy(options)
  }
}

/** The copy is brought to the newest schema and its replies are ended, as opening for writing does; then it is only read. */
function openCopy(options: OpenHistoryOptions): OpenFile {
  const copy = copyForReading({ file: options.file })
  try {
    const writer = openHistoryFile({ ...options, file: copy.file })
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
