import type { Database } from './database.ts'
import { statement, transact } from './statement.ts'
import { fromJson, toJson } from './stored-values.ts'

/** Every setting that can be read; which there are and what they may be is the caller's to know. */
export function getSettings(db: Database, _args: Record<string, never>): Record<string, unknown> {
  const rows = statement<{ key: string; value: string }>(db, 'SELECT key, value FROM settings').all()
  const known = rows.map(({ key, value }) => [key, fromJson(value)] as const).filter(([, value]) => value !== undefined)
  return Object.fromEntries(known)
}

/** Sets the given ones and leaves the others; an undefined value removes its setting. */
export function setSettings(db: Database, { values }: { values: Record<string, unknown> }): void {
  const set = `
    INSERT INTO settings (key, value) VALUES (:key, :value)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`
  transact(db, () => {
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) statement(db, 'DELETE FROM settings WHERE key = :key').run({ key })
      else statement(db, set).run({ key, value: toJson(value) ?? 'null' })
    }
  })
}
