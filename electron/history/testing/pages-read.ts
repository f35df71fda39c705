import { readFileSync } from 'node:fs'
import type { Database } from '../database.ts'

/** Only Linux counts the read calls of a thread. */
export const canCountPages = process.platform === 'linux'

/**
 * How many pages `work` reads from the file with an empty page cache. It is called twice: the first time prepares its
 * statements, which reads the schema.
 */
export function pagesRead(db: Database, work: () => void): number {
  work()
  db.pragma('shrink_memory')
  const before = readCalls()
  work()
  // One of the calls is the first reading of the count itself.
  return readCalls() - before - 1
}

/** SQLite reads each page with one call. */
function readCalls(): number {
  return Number(/^syscr: (\d+)$/m.exec(readFileSync('/proc/thread-self/io', 'utf8'))?.[1])
}
