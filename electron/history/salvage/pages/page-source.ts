/** The pages of a history as its last commit left them, each one checked before it is used. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { createPageCipher, PAGE_BYTES, type PageCipher, SALT_BYTES } from './page-cipher.ts'
import { type LogReading, openIfThere, readLog } from './write-ahead-log.ts'

export interface PageSource {
  /** Pages that the file should have. */
  count: number
  /** What the write-ahead log had to give. */
  log: LogReading
  /** True where even the salt had to come from the kept copy. */
  usedKeptHeader: boolean
  /** The page in the clear; null where it is not what was written. Numbers count from 1. */
  read(number: number): Buffer | null
  /** The same pages, and the kept copy where one of them is damaged: only for pages that name the tables. */
  readKept(number: number): Buffer | null
  /** The page as it lies in the file, without the log. */
  readRaw(number: number): Buffer
  close(): void
}

/** A page as it lies on the disk, kept beside the history in case that place is damaged. */
interface KeptPage {
  number: number
  bytes: Buffer
}

const NO_BYTES = Buffer.alloc(0)
const NUMBER_BYTES = 4
const ENTRY_BYTES = NUMBER_BYTES + PAGE_BYTES

/**
 * Reads `file`, its log and `history.header` beside it. Nothing is written and nothing is opened with SQLite. Undefined
 * where no page of the file can be read with this key. Only for a file that no connection of this process has open: on
 * POSIX systems, closing any handle of a file drops the locks that SQLite holds on it.
 */
export function openPages({ file, key }: { file: string; key: Uint8Array }): PageSource | undefined {
  const handle = openSync(file, 'r')
  try {
    const pages = readPages({ file, key }, handle)
    if (!pages) closeSync(handle)
    return pages
  } catch (error) {
    // What reads again after a failing disk must not use up the handles of the process.
    closeSync(handle)
    throw error
  }
}

function readPages({ file, key }: { file: string; key: Uint8Array }, handle: number): PageSource | undefined {
  const kept = readKeptPages(file)
  const sizePages = Math.ceil(fstatSync(handle).size / PAGE_BYTES)
  const found = chooseCipher({ handle, key, kept, sizePages })
  if (!found) return undefined
  const { cipher, usedKeptHeader } = found
  const log = readLog({ file })
  const logHandle = log.pages.size > 0 ? (openIfThere(`${file}-wal`) ?? null) : null
  const keptPages = new Map(kept.map((page) => [page.number, page.bytes]))
  const read = (number: number): Buffer | null => {
    const inLog = log.pages.get(number)
    if (inLog === null) return null
    const bytes = inLog === undefined ? readAt(handle, (number - 1) * PAGE_BYTES) : readAt(logHandle, inLog)
    return cipher.open(bytes, number)
  }
  return {
    count: countPages(log, sizePages),
    log,
    usedKeptHeader,
    read,
    readRaw: (number) => readAt(handle, (number - 1) * PAGE_BYTES),
    readKept: (number) => read(number) ?? cipher.open(keptPages.get(number) ?? NO_BYTES, number),
    close() {
      closeSync(handle)
      if (logHandle !== null) closeSync(logHandle)
    },
  }
}

/** The pages in `history.header`; none where there is no such file. */
function readKeptPages(file: string): KeptPage[] {
  const header = keptHeaderOf(file)
  if (!existsSync(header)) return []
  const bytes = readFileSync(header)
  return Array.from({ length: Math.floor(bytes.length / ENTRY_BYTES) }, (_, index) => {
    const entry = bytes.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES)
    return { number: entry.readUInt32LE(0), bytes: entry.subarray(NUMBER_BYTES) }
  })
}

/** Where the copy of the pages that nothing can be read without lies: `history.header` beside `history.db`. */
export function keptHeaderOf(file: string): string {
  return `${file.replace(/\.db$/, '')}.header`
}

/** Each page behind its number as 4 little-endian bytes. */
export function keptEntry(number: number, page: Uint8Array): Buffer {
  const head = Buffer.alloc(NUMBER_BYTES)
  head.writeUInt32LE(number)
  return Buffer.concat([head, page])
}

interface CipherArgs {
  handle: number
  key: Uint8Array
  kept: KeptPage[]
  sizePages: number
}

/** Enough to find one whole page in a file that is damaged in many places. */
const PROBES = 64

/** The salt of the file or of the kept copy: the one with which pages of the file can be read. */
function chooseCipher({
  handle,
  key,
  kept,
  sizePages,
}: CipherArgs): { cipher: PageCipher; usedKeptHeader: boolean } | undefined {
  const first = readAt(handle, 0)
  const own = createPageCipher({ key, salt: first.subarray(0, SALT_BYTES) })
  const step = Math.max(1, Math.floor(sizePages / PROBES))
  const probes = [1, 2, 3, ...Array.from({ length: PROBES }, (_, index) => 1 + index * step)]
  const fits = (cipher: PageCipher) => probes.some((n) => cipher.isWhole(readAt(handle, (n - 1) * PAGE_BYTES), n))
  if (fits(own)) return { cipher: own, usedKeptHeader: false }
  const copy = kept.find(({ number }) => number === 1)
  if (!copy) return undefined
  const cipher = createPageCipher({ key, salt: copy.bytes.subarray(0, SALT_BYTES) })
  return fits(cipher) || cipher.isWhole(copy.bytes, 1) ? { cipher, usedKeptHeader: true } : undefined
}

/** A page that the file is too short for is shorter. */
function readAt(handle: number | null, offset: number): Buffer {
  const bytes = Buffer.alloc(PAGE_BYTES)
  if (handle === null) return bytes
  const length = readSync(handle, bytes, 0, PAGE_BYTES, offset)
  return bytes.subarray(0, length)
}

/** What the last commit says, unless that number is damaged: no page is beyond the file and the log. */
function countPages({ pageCount, pages }: LogReading, sizePages: number): number {
  let most = sizePages
  for (const number of pages.keys()) most = Math.max(most, number)
  return pageCount === null ? sizePages : Math.min(pageCount, most)
}
