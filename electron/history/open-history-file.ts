import { existsSync } from 'node:fs'
import { backUpBeforeMigration } from './backup/back-up-before-migration.ts'
import { type Database, type OpenOptions, openDatabase, refuseUnusable } from './database.ts'
import { migrate, refuseNewer } from './migrate.ts'
import { migrations } from './migrations.ts'
import { fromSqliteError } from './sqlite-errors.ts'

/**
 * Opens the history for writing: refuses a newer file before anything could write to it, and brings it to the newest
 * schema. Throws like `openDatabase`, or `history-from-newer-version`.
 */
export function openHistoryFile(options: OpenOptions): Database {
  refuseUnusable(options.file)
  if (existsSync(options.file)) {
    // A connection that may write would do so on closing, if the newer version left commits in the write-ahead log.
    const reader = openDatabase({ ...options, readonly: true })
    try {
      refuseNewer(reader, migrations)
    } finally {
      reader.close()
    }
  }
  const db = openDatabase(options)
  try {
    migrate(db, migrations, { beforeMigrate: backUpBeforeMigration(options) })
    return db
  } catch (error) {
    db.close()
    throw fromSqliteError(error)
  }
}
