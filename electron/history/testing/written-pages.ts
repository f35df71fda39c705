import { readFileSync } from 'node:fs'
import type { Database } from '../database.ts'

/** SQLite file format, "The Write-Ahead Log": a header, then frames of a header and a page; numbers are big-endian. */
const WAL_HEADER_BYTES = 32
const FRAME_HEADER_BYTES = 24
const PAGE_BYTES = 4096

/**
 * What `work` puts into the write-ahead log: the table or index of each page in the order written, `header` for the first
 * page of the file, `free` for one that belongs to none. Goes through the whole file to learn that.
 */
export function writtenPages(db: Database, file: string, work: () => void): string[] {
  const pages = writtenPageNumbers(db, file, work)
  const rows = db.prepare<[], { pageno: number; name: string }>('SELECT pageno, name FROM dbstat').all()
  const names = new Map(rows.map(({ pageno, name }) => [pageno, name]))
  return pages.map((page) => (page === 1 ? 'header' : (names.get(page) ?? 'free')))
}

/** The numbers of these pages. The log must be short enough not to be written back meanwhile. */
export function writtenPageNumbers(db: Database, file: string, work: () => void): number[] {
  db.pragma('wal_checkpoint(TRUNCATE)')
  work()
  const wal = readFileSync(`${file}-wal`)
  const pages: number[] = []
  for (let at = WAL_HEADER_BYTES; at < wal.length; at += FRAME_HEADER_BYTES + PAGE_BYTES)
    pages.push(wal.readUInt32BE(at))
  return pages
}
