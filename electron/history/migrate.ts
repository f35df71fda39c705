import { AppError } from '../../shared/errors.ts'
import type { Database, OpenOptions } from './database.ts'
import { openPages } from './salvage/pages/page-source.ts'
import { fromSqliteError } from './sqlite-errors.ts'

export interface Migration {
  /** From 1, without gaps: the `user_version` of a file that has it. */
  number: number
  name: string
  sql: string
}

interface MigrateOptions {
  /**
   * Called once before an existing file is changed, while nobody else can write to it (so on a connection of its own it
   * reads what will be changed). A throw leaves the file alone.
   */
  beforeMigrate?: (() => void) | undefined
}

/** Throws `history-from-newer-version` for a file written by a version with more migrations. Reads only. */
export function refuseNewer(db: Database, migrations: readonly Migration[]): void {
  refuseNewerVersion(readVersion(db), migrations)
}

/** Where `user_version` stands on the first page (https://sqlite.org/fileformat2.html#the_database_header). */
const VERSION_OFFSET = 60

/**
 * Like `refuseNewer`, before anything opens the file: even to read it, SQLite makes a log beside it. Returns false where
 * its bytes do not tell the version: the key is another, the first page is damaged, or somebody is writing it just now.
 */
export function refuseNewerUnopened(
  { file, key }: Pick<OpenOptions, 'file' | 'key'>,
  migrations: readonly Migration[],
): boolean {
  const pages = openPages({ file, key })
  const first = pages?.read(1)
  pages?.close()
  if (!first) return false
  refuseNewerVersion(first.readInt32BE(VERSION_OFFSET), migrations)
  return true
}

function refuseNewerVersion(version: number, migrations: readonly Migration[]): void {
  if (version <= migrations.length) return
  const message = 'This history was written by a newer version of Alcove. Install that version to open it.'
  throw new AppError('history-from-newer-version', message)
}

/**
 * Brings the file to the newest schema, one transaction for each step, so that a crash leaves one version or the next.
 * Several processes may try at once: each step is done by one of them, and a backup is made by the one that does the
 * first. Returns how many migrations ran here. Throws `history-from-newer-version`, what `beforeMigrate` throws, what
 * SQLite throws for a full disk and the like, and `migration-failed` where the outcome was not what it should be.
 */
export function migrate(db: Database, migrations: readonly Migration[], options: MigrateOptions = {}): number {
  assertContiguous(migrations)
  refuseNewer(db, migrations)
  const pending = migrations.slice(readVersion(db))
  if (pending.length === 0) return 0
  let { beforeMigrate } = options
  const prepareOnce = (): void => {
    if (readVersion(db) > 0) beforeMigrate?.()
    beforeMigrate = undefined
  }
  // Only outside a transaction does this switch do anything; each step checks the keys itself before it commits.
  db.pragma('foreign_keys = OFF')
  try {
    return pending.filter((migration) => apply(db, migration, prepareOnce)).length
  } finally {
    db.pragma('foreign_keys = ON')
  }
}

/** Returns false, and changes nothing, when another process came first. */
function apply(db: Database, migration: Migration, prepareOnce: () => void): boolean {
  const run = db.transaction(() => {
    if (readVersion(db) >= migration.number) return false
    prepareOnce()
    const before = takeStock(db)
    execute(db, migration)
    refuseLoss(before, takeStock(db), migration)
    db.pragma(`user_version = ${migration.number}`)
    return true
  })
  return run.immediate()
}

/** A full disk and the like say what they are; anything else is a mistake in the migration. */
function execute(db: Database, { name, sql }: Migration): void {
  try {
    db.exec(sql)
  } catch (error) {
    const known = fromSqliteError(error)
    throw known instanceof AppError && known.code !== 'conflict' ? known : failed(`${name} cannot be run`, error)
  }
}

/** What people put in. A migration may empty or drop any other table. */
const KEPT = [
  'conversations messages reply_chunks attachments message_attachments requests drafts',
  'folders tags conversation_tags endpoints capabilities settings imports journal',
].flatMap((names) => names.split(' '))

interface Stock {
  rows: Map<string, number>
  brokenReferences: number
}

function takeStock(db: Database): Stock {
  const isTable = db.prepare<[string], number>("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").pluck()
  const tables = KEPT.filter((name) => isTable.get(name) === 1)
  const rows = tables.map((name) => {
    return [name, db.prepare<[], number>(`SELECT count(*) FROM "${name}"`).pluck().get() ?? 0] as const
  })
  return { rows: new Map(rows), brokenReferences: (db.pragma('foreign_key_check') as unknown[]).length }
}

/** References that were broken before are no reason to keep a person from the rest. */
function refuseLoss(before: Stock, after: Stock, { name }: Migration): void {
  const lost = [...before.rows].filter(([table, count]) => (after.rows.get(table) ?? 0) < count).map(([table]) => table)
  if (lost.length > 0) throw failed(`${name} loses rows of ${lost.join()}`)
  const broken = after.brokenReferences - before.brokenReferences
  if (broken > 0) throw failed(`${name} leaves ${broken} broken references`)
}

function failed(reason: string, cause?: unknown): AppError {
  const message =
    'This version of Alcove could not bring your history into its new form. Nothing was changed: the version you used before still opens it.'
  return new AppError('migration-failed', message, { cause: new Error(reason, { cause }) })
}

function readVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

function assertContiguous(migrations: readonly Migration[]): void {
  for (const [index, migration] of migrations.entries()) {
    if (migration.number !== index + 1) throw new Error(`${migration.name} should have number ${index + 1}`)
  }
}
