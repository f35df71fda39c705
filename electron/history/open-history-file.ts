import { existsSync } from 'node:fs'
import { type Database, type OpenOptions, openDatabase } from './database.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { migrations } from './migrations.ts'
import { interruptStreaming } from './replies.ts'

/**
 * Opens the history for writing: refuses a newer file before anything could write to it, brings it to the newest
 * schema, and ends the replies that an earlier run left streaming. Throws like `openDatabase`, or
 * `history-from-newer-version`.
 */
export function openHistoryFile(options: OpenOptions & { now: number }): { db: Database; interrupted: number } {
  if (existsSync(options.file)) {
    const reader = openDatabase({ ...options, readonly: true })
    try {
      refuseNewer(reader, migrations)
    } finally {
      reader.close()
    }
  }
  const db = openDatabase(options)
  try {
    migrate(db, migrations)
    return { db, interrupted: interruptStreaming(db, { now: options.now }) }
  } catch (error) {
    db.close()
    throw error
  }
}
