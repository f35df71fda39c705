import Sqlite from 'better-sqlite3'
import { openDatabase } from '../../database.ts'
import { migrate } from '../../migrate.ts'
import { migrations } from '../../migrations.ts'
import { isDamage } from '../reads/damage.ts'
import { checkAll } from './check-all.ts'
import type { TrialHistory } from './damage-trials.ts'

/** The conversations and messages of a history in a file that is not encrypted, so that its pages carry no check. */
export function writePlain(history: TrialHistory, file: string): void {
  const source = openDatabase({ ...history, readonly: true })
  const plain = new Sqlite(file)
  migrate(plain, migrations)
  plain.pragma('foreign_keys = OFF')
  for (const table of ['conversations', 'messages', 'requests']) {
    const hidden = 'SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0'
    const names = source.prepare<[string], string>(hidden).pluck().all(table)
    const insert = plain.prepare(
      `INSERT INTO "${table}" (${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`,
    )
    const rows = source.prepare(`SELECT ${names.join()} FROM "${table}"`).all()
    plain.transaction(() => {
      for (const row of rows) insert.run(row)
    })()
  }
  plain.close()
  source.close()
}

/** True where reading everything, as the check of an encrypted history does, finds something wrong. */
export function noticesInPlain(file: string): boolean {
  let db: Sqlite.Database | undefined
  try {
    db = new Sqlite(file, { readonly: true })
    const { messages, conversationSeqs, others } = checkAll(db)
    return messages + conversationSeqs.length + others > 0
  } catch (error) {
    if (isDamage(error) || error instanceof Sqlite.SqliteError || error instanceof RangeError) return true
    throw error
  } finally {
    db?.close()
  }
}
