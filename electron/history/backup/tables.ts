import type { Database } from '../database.ts'

/**
 * Every table that holds rows of its own, by name: those of the schema and those in which an index of words keeps its
 * terms. A virtual table holds nothing, and what SQLite counts for itself is no content.
 */
export function listTables(db: Database): string[] {
  const sql = `
    SELECT name FROM pragma_table_list
    WHERE schema = 'main' AND type IN ('table', 'shadow') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY name`
  return db.prepare<[], string>(sql).pluck().all()
}
