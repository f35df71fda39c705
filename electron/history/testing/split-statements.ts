import type { Database } from '../database.ts'

/**
 * The statements of an SQL text one by one, as SQLite itself ends them: a semicolon inside a string, a comment or a
 * trigger ends none, because SQLite calls what stands before it incomplete. Each must be run before the next is asked
 * for: what a trigger belongs to must be there.
 */
export function* splitStatements(db: Database, sql: string): Generator<string> {
  let start = 0
  for (let end = sql.indexOf(';'); end !== -1; end = sql.indexOf(';', end + 1)) {
    const candidate = sql.slice(start, end + 1)
    if (!isWhole(db, candidate)) continue
    yield candidate
    start = end + 1
  }
  if (sql.slice(start).trim() !== '') yield sql.slice(start)
}

function isWhole(db: Database, candidate: string): boolean {
  try {
    db.prepare(candidate)
    return true
  } catch (error) {
    if (/incomplete input|unrecognized token|no statements/.test((error as Error).message)) return false
    throw error
  }
}
