/** A copy of the few pages without which nothing else in the file can be found: the first one and those that name the tables. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { writeFileSync } from 'atomically'
import { AppError } from '../../../shared/errors.ts'
import { fileErrorCode } from '../backup/durable-files.ts'
import { walkTree } from './pages/b-tree.ts'
import { keptEntry, keptHeaderOf, openPages, type PageSource } from './pages/page-source.ts'
import { finishReplacing } from './replace-history.ts'

interface HistoryFile {
  file: string
  /** 32 bytes. */
  key: Uint8Array
}

/**
 * Keeps the header of a sound file as `history.header` beside it (0600, encrypted as on the disk, whole or not at all), if
 * it is not kept already. Does nothing where one of its pages is damaged, or while a write-ahead log may hold newer ones.
 * Only while no connection of this process has the file open (see `openPages`): before it is opened, and after it is closed.
 */
export function keepHeader(history: HistoryFile): void {
  try {
    copyIfWhole(history)
  } catch (error) {
    // A full disk must not keep the history closed for want of a copy that is only a help.
    if (fileErrorCode(error) === '') throw error
  }
}

function copyIfWhole({ file, key }: HistoryFile): void {
  if (!hasContent(file) || hasContent(`${file}-wal`)) return
  const pages = openPages({ file, key })
  if (!pages) return
  try {
    const copy = copyHeader(pages)
    if (copy && !isKept(file, copy)) writeFileSync(keptHeaderOf(file), copy, { mode: 0o600 })
  } finally {
    pages.close()
  }
}

/**
 * To be called before a file is opened: ends a salvage that was killed at its end, and refuses a file of which the header
 * is damaged or the log lost what had been acknowledged (SQLite would drop that without a word). A file that the key does
 * not fit is left to the opening to tell. Throws `history-corrupt`.
 */
export function checkBeforeOpening({ file, key }: HistoryFile): void {
  finishReplacing({ file })
  let seenIn: string | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stamp = stampOf(file)
    const fault = findFault({ file, key })
    if (!fault) return
    // What another process is writing looks torn while it is read; SQLite's own locks keep the opening right. Twice,
    // because two changes within one tick of the clock leave the same stamp.
    if (seenIn === stamp && stamp === stampOf(file)) throw fault
    seenIn = stamp
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
  }
}

const ATTEMPTS = 8
const PAUSE_MS = 20

function findFault({ file, key }: HistoryFile): unknown {
  try {
    // With a journal beside it a change was cut off, which SQLite takes back when it opens the file.
    if (!hasContent(file) || hasContent(`${file}-journal`)) return undefined
    const pages = openPages({ file, key })
    if (!pages) return undefined
    try {
      if (pages.usedKeptHeader || !pages.read(1)) return damaged(HEADER)
      return pages.log.state === 'damaged' ? damaged(LOG) : undefined
    } finally {
      pages.close()
    }
  } catch (error) {
    return error
  }
}

function stampOf(file: string): string {
  const stamps = [file, `${file}-wal`].map((name) => statSync(name, { bigint: true, throwIfNoEntry: false }))
  return stamps.map((stat) => `${stat?.ino} ${stat?.size} ${stat?.mtimeNs}`).join()
}

/**
 * Why a file cannot be opened with a key: `damaged` where some page of it can be read with that key, by its own salt or the
 * kept one, `other-key` where none can. Only while no connection of this process has the file open.
 */
export function explainUnreadable({ file, key }: HistoryFile): 'damaged' | 'other-key' {
  const pages = openPages({ file, key })
  pages?.close()
  return pages ? 'damaged' : 'other-key'
}

/** Undefined where a page of it is not whole. */
function copyHeader(pages: PageSource): Buffer | undefined {
  if (pages.usedKeptHeader) return undefined
  const seen = new Set<number>()
  let isWhole = true
  const onDamaged = (): void => {
    isWhole = false
  }
  for (const _ of walkTree(pages, { kind: 'table', root: 1, seen, onDamaged }));
  if (!isWhole) return undefined
  return Buffer.concat([...seen].map((number) => keptEntry(number, pages.readRaw(number))))
}

function isKept(file: string, copy: Buffer): boolean {
  const header = keptHeaderOf(file)
  return existsSync(header) && readFileSync(header).equals(copy)
}

function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0
}

const HEADER = 'The beginning of the history file is damaged. Nothing was changed; Alcove can save the rest of it.'
const LOG =
  'The newest part of the history is damaged. Nothing was changed; Alcove can save what is still whole, and says what is not.'

function damaged(message: string): AppError {
  return new AppError('history-corrupt', message)
}
