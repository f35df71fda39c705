import { AppError } from '../../shared/errors.ts'
import type { Database } from './database.ts'

export interface Migration {
  /** From 1, without gaps: the `user_version` of a file that has it. */
  number: number
  name: string
  sql: string
}

interface MigrateOptions {
  /** Called before an existing file is changed, with the connection that will change it. A throw leaves the file alone. */
  beforeMigrate?: ((db: Database) => void) | undefined
}

/** Throws `history-from-newer-version` for a file written by a version with more migrations. Reads only. */
export function refuseNewer(db: Database, migrations: readonly Migration[]): void {
  if (readVersion(db) > migrations.length) {
    const message = 'This history was written by a newer version of Alcove. Install that version to open it.'
    throw new AppError('history-from-newer-version', message)
  }
}

/**
 * Brings the file to the newest schema, one transaction for each step, so that a crash leaves one version or the next.
 * Returns how many migrations ran.
 */
export function migrate(db: Database, migrations: readonly Migration[], options: MigrateOptions = {}): number {
  assertContiguous(migrations)
  refuseNewer(db, migrations)
  const version = readVersion(db)
  const pending = migrations.slice(version)
  if (pending.length === 0) return 0
  if (version > 0) options.beforeMigrate?.(db)
  // Only outside a transaction does this switch do anything; each step checks the keys itself before it commits.
  db.pragma('foreign_keys = OFF')
  try {
    for (const migration of pending) apply(db, migration)
  } finally {
    db.pragma('foreign_keys = ON')
  }
  return pending.length
}

function apply(db: Database, migration: Migration): void {
  const run = db.transaction(() => {
    // Another process may have come first.
    if (readVersion(db) >= migration.number) return
    db.exec(migration.sql)
    const broken = db.pragma('foreign_key_check') as unknown[]
    if (broken.length > 0) throw new Error(`${migration.name} leaves ${broken.length} broken references`)
    db.pragma(`user_version = ${migration.number}`)
  })
  run.immediate()
}

function readVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

function assertContiguous(migrations: readonly Migration[]): void {
  for (const [index, migration] of migrations.entries()) {
    if (migration.number !== index + 1) throw new Error(`${migration.name} should have number ${index + 1}`)
  }
}
