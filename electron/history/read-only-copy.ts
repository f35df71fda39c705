/** What a history is read from where nothing can be written: SQLite cannot open one there, not even for reading. */
import {
  type BigIntStats,
  chmodSync,
  constants,
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'

const PREFIX = 'alcove-read-only-'
const ATTEMPTS = 5
/** Kernels count file times in ticks: what was changed in the last one may change again without showing it. */
const TICK_MS = 20

interface CopyOptions {
  file: string
  /** Where the private folder is made. */
  parent?: string
  /** Called after each copy, before it is compared; for tests. */
  onCopied?: () => void
}

/**
 * Copies the history and its write-ahead log, still encrypted, into a private folder (0700), again where they changed
 * meanwhile. `remove` deletes the copy; one that a crash left behind goes when the next is made.
 * Throws `history-locked` while another program keeps changing it, `disk-full`, or `history-unavailable` where it cannot
 * even be read.
 */
export function copyForReading({ file, parent = os.tmpdir(), onCopied }: CopyOptions): {
  file: string
  remove(): void
} {
  removeLeftCopies(parent)
  let folder: string | undefined
  try {
    refuseWithoutRoom(file, parent)
    // The process id tells the next start whether anybody still reads it.
    folder = mkdtempSync(path.join(parent, `${PREFIX}${process.pid}-`))
    const copy = path.join(folder, path.basename(file))
    const made = folder
    copyUnchanged(file, copy, onCopied)
    return { file: copy, remove: () => rmSync(made, { recursive: true, force: true }) }
  } catch (error) {
    if (folder) rmSync(folder, { recursive: true, force: true })
    throw explain(error)
  }
}

/** Deletes copies of processes that are gone. Encrypted or not, erased text must not stay in them. */
export function removeLeftCopies(parent: string = os.tmpdir()): void {
  let names: string[] = []
  try {
    names = readdirSync(parent).filter((name) => name.startsWith(PREFIX))
  } catch {
    // Without a folder there are no copies.
  }
  for (const name of names) {
    try {
      const folder = path.join(parent, name)
      // Of our own user only, and never through a link that somebody else put there.
      const stats = lstatSync(folder)
      const isOurs = stats.isDirectory() && stats.uid === (process.getuid?.() ?? stats.uid)
      if (isOurs && !isRunning(Number(name.slice(PREFIX.length).split('-')[0]))) rmSync(folder, { recursive: true })
    } catch {
      // Another start was faster.
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The write-ahead log first: a commit that comes between the two must not leave the newer file with the older log. */
function copyUnchanged(file: string, copy: string, onCopied?: () => void): void {
  // The name may be a link of the person's own; what it leads to may not change under the copying.
  const real = realpathSync(file)
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = [look(`${real}-wal`), look(real)]
    for (const end of ['-wal', '']) {
      rmSync(copy + end, { force: true })
      if (end === '' || before[0] !== 'none') copyOne(real + end, copy + end)
    }
    onCopied?.()
    if (look(`${real}-wal`) === before[0] && look(real) === before[1] && !isRecent(real)) return
  }
  const message = 'Another program is changing the history. Close it, then try again.'
  throw new AppError('history-locked', message, { retryable: true })
}

function copyOne(from: string, to: string): void {
  // Shares the blocks where the file system can.
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  // The copy has the mode of what it was made from, which may allow nobody to write.
  chmodSync(to, 0o600)
}

/** What tells two states of a file apart; `none` where there is no file. */
function look(file: string): string {
  const stats: BigIntStats | undefined = lstatSync(file, { bigint: true, throwIfNoEntry: false })
  if (!stats) return 'none'
  if (!stats.isFile()) throw new AppError('history-unavailable', `${NOT_READABLE} ${CHECK}`)
  return [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join()
}

/** Also waits, so that the next look tells. */
function isRecent(file: string): boolean {
  const now = Date.now()
  const isNow = ({ mtimeMs }: { mtimeMs: number }): boolean => mtimeMs <= now && now - mtimeMs < TICK_MS
  const recent = [file, `${file}-wal`].some((name) => {
    const stats = statSync(name, { throwIfNoEntry: false })
    return stats !== undefined && isNow(stats)
  })
  if (recent) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, TICK_MS)
  return recent
}

function refuseWithoutRoom(file: string, parent: string): void {
  const sizes = [file, `${file}-wal`].map((name) => statSync(name, { throwIfNoEntry: false })?.size ?? 0)
  const { bavail, bsize } = statfsSync(parent)
  if (sizes.reduce((sum, size) => sum + size, 0) > bavail * bsize) throw noRoom()
}

const NOT_READABLE = 'The history cannot be read.'
const CHECK = 'Check the permissions of the data folder, then try again.'

function noRoom(cause?: unknown): AppError {
  const message =
    'The history cannot be written to, and there is no room for a copy to read. Free some space, then try again.'
  return new AppError('disk-full', message, { cause, retryable: true })
}

function explain(error: unknown): AppError {
  if (error instanceof AppError) return error
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return noRoom(error)
  return new AppError('history-unavailable', `${NOT_READABLE} ${CHECK}`, { cause: error, retryable: true })
}
