import { randomBytes } from 'node:crypto'
import { constants, readFileSync } from 'node:fs'
import { copyFile, type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { writeFile } from 'atomically'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'

/** A secret as it rests on disk: wrapped by the system's keyring, or plain in this file of mode 0600. */
const StoredSecret = z.looseObject({ protection: z.enum(['keyring', 'file']), backend: z.string(), value: z.string() })

/** Loose, so that what a newer version keeps here survives being written by this one. */
const KeyFile = z.looseObject({
  version: z.literal(1),
  history: StoredSecret.nullable(),
  /** The key that a key change in progress leads to; either this or `history` opens the file. */
  nextHistory: StoredSecret.nullable().default(null),
  /** Newest first: what opened the history before. Opens a backup made then, or a keyring that comes back. */
  formerHistory: z.array(StoredSecret).default([]),
  endpoints: z.record(z.string(), StoredSecret),
})

export type StoredSecret = z.infer<typeof StoredSecret>
export type KeyFile = z.infer<typeof KeyFile>

const VERSION = 1

/** How long a file that somebody else is using is tried again. */
const RETRY_MS = 1_000

const EMPTY: KeyFile = { version: VERSION, history: null, nextHistory: null, formerHistory: [], endpoints: {} }

/**
 * Reads the key file; a missing one is empty.
 * @throws AppError `history-key-missing` when it is there but cannot be understood, `history-from-newer-version` when a
 * newer Alcove wrote it: it is never replaced.
 */
export function readKeyFile(file: string): KeyFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY
    throw damaged(error)
  }
  return parse(text)
}

/**
 * Replaces the key file as a whole (temporary file, fsync, rename, fsync of the folder), readable by its owner only.
 * @throws AppError `disk-full`, `folder-read-only`, `history-unavailable`; the former file is then as it was
 */
export async function writeKeyFile(file: string, keys: KeyFile): Promise<void> {
  try {
    await writeFile(file, toText(keys), { mode: 0o600, timeout: RETRY_MS })
    await flushFolder(path.dirname(file))
  } catch (error) {
    throw notWritten(error)
  }
}

/**
 * Makes the key file, whole or not at all, unless there is one: of two processes that start for the first time only one
 * may decide on the key. False when another was first. Throws like `writeKeyFile`.
 */
export async function createKeyFile(file: string, keys: KeyFile): Promise<boolean> {
  const draft = `${file}.${randomBytes(6).toString('hex')}.new`
  try {
    await withHandle(await open(draft, 'wx', 0o600), async (handle) => {
      await handle.writeFile(toText(keys))
      await handle.sync()
    })
    await linkOrCopy(draft, file)
    await flushFolder(path.dirname(file))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw notWritten(error)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Moves a key file that cannot be understood aside under a free name, so that a new one can be made beside it. */
export async function putKeyFileAside(file: string): Promise<void> {
  for (let number = 1; ; number++) {
    const aside = file.replace(/\.json$/, `.damaged-${number}.json`)
    try {
      // Exclusive: a file put aside earlier is never replaced.
      await (await open(aside, 'wx', 0o600)).close()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw error
    }
    await rename(file, aside)
    await flushFolder(path.dirname(file))
    return
  }
}

function parse(text: string): KeyFile {
  let raw: unknown
  try {
    raw = JSON.parse(text)
    return KeyFile.parse(raw)
  } catch (error) {
    const version = (raw as { version?: unknown } | null | undefined)?.version
    if (typeof version === 'number' && version > VERSION) throw newer()
    throw damaged(error)
  }
}

function toText(keys: KeyFile): string {
  return JSON.stringify(keys, undefined, 2)
}

/** A link appears at once with all of its content; FAT has none, and there a copy is at least never over another file. */
async function linkOrCopy(draft: string, file: string): Promise<void> {
  try {
    await link(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error
    await copyFile(draft, file, constants.COPYFILE_EXCL)
    await withHandle(await open(file, 'r+'), (handle) => handle.sync())
  }
}

/** Makes a new name in a folder survive a power cut. Windows keeps names by itself and cannot open a folder. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await withHandle(await open(folder, 'r'), (handle) => handle.sync())
}

async function withHandle(handle: FileHandle, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(handle)
  } finally {
    await handle.close()
  }
}

function damaged(cause: unknown): AppError {
  return new AppError(
    'history-key-missing',
    'The file with the key of your history cannot be read. Put keys.json back from a backup of the data folder, or enter your recovery code. Nothing was changed.',
    { cause, retryable: true },
  )
}

function notWritten(error: unknown): AppError {
  const options = { cause: error, retryable: true }
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT': {
      const message =
        'The disk is full, so the key of the history could not be stored. Free some space, then try again.'
      return new AppError('disk-full', message, options)
    }
    case 'EROFS':
    case 'EACCES':
    case 'EPERM': {
      const message =
        'The data folder cannot be written to, so the key of the history could not be stored. Check its permissions, then try again.'
      return new AppError('folder-read-only', message, options)
    }
    default: {
      const message = 'The key of the history could not be stored. Check the data folder and its disk, then try again.'
      return new AppError('history-unavailable', message, options)
    }
  }
}

function newer(): AppError {
  return new AppError(
    'history-from-newer-version',
    'The key of your history was stored by a newer Alcove. Start that version, or install it again. Nothing was changed.',
  )
}
