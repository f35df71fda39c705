/** What the key file holds for the history: made, read back after each change, and never lost on the way. */
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import { createKeyFile, type KeyFile, putKeyFileAside, readKeyFile, type StoredSecret } from './key-file.ts'
import type { PatientKeyring } from './patient-keyring.ts'
import { inFile, wrongAnswer } from './secret-box.ts'

export interface KeyStorage {
  file: string
  keyring: PatientKeyring
  /** Replaces the key file by what `edit` makes of it; one change after the other. */
  change(edit: (keys: KeyFile) => KeyFile | Promise<KeyFile>): Promise<void>
}

export interface KeptKeys {
  /** The key itself. @throws AppError why the keyring does not give it out, `history-key-wrong` for a damaged one */
  toKey(stored: StoredSecret): Promise<Buffer>
  /** Makes the key of a new history, unless another process was first. @throws AppError `history-key-missing` */
  create(historyFile: string): Promise<void>
  /** Stores a key and reads it back from the disk; what stood there before comes back when it cannot be read. */
  keep(role: 'history' | 'nextHistory', key: Buffer, secret: StoredSecret): Promise<void>
  /** The keys with `secret` in front and what stood there before behind it, each once. */
  inFront(keys: KeyFile, secret: StoredSecret): Promise<KeyFile>
  wrap(key: Buffer): Promise<StoredSecret>
}

const FORMER_KEPT = 8

export function createKeptKeys({ file, keyring, change }: KeyStorage): KeptKeys {
  async function toKey(stored: StoredSecret): Promise<Buffer> {
    const text = await keyring.unwrap(stored)
    const key = Buffer.from(text, 'base64')
    if (key.length === 32 && key.toString('base64') === text) return key
    throw stored.protection === 'keyring' ? wrongAnswer(stored) : damagedKey()
  }

  /** Whether the file, as it stands on the disk, gives this key back. */
  async function isKept(role: 'history' | 'nextHistory', key: Buffer): Promise<boolean> {
    const stored = readKeyFile(file)[role]
    if (!stored) return false
    return await toKey(stored).then(
      (found) => found.equals(key),
      () => false,
    )
  }

  async function create(historyFile: string): Promise<void> {
    if (existsSync(historyFile)) {
      // Another process may have made both since the key was looked for.
      if (readKeyFile(file).history) return
      throw missingKey()
    }
    const key = randomBytes(32)
    const secret = await keyring.wrap(toText(key))
    if (!(await createKeyFile(file, { ...readKeyFile(file), history: secret }))) {
      // Another process was first, or the file holds other keys: only what it lacks is put in.
      await change((keys) => (keys.history ? keys : { ...keys, history: secret }))
    }
    if (readKeyFile(file).history?.value !== secret.value || (await isKept('history', key))) return
    // The keyring took the key and does not give it back. The same key goes into the file instead: whoever has read it
    // meanwhile has no other one.
    await change((keys) => ({ ...keys, history: inFile(toText(key)) }))
    if (!(await isKept('history', key))) throw notStored()
  }

  async function keep(role: 'history' | 'nextHistory', key: Buffer, secret: StoredSecret): Promise<void> {
    const { history, nextHistory, formerHistory } = readKeyFile(file)
    await change((keys) => (role === 'history' ? inFront(keys, secret) : { ...keys, nextHistory: secret }))
    if (await isKept(role, key)) return
    await change((keys) => ({ ...keys, history, nextHistory, formerHistory }))
    throw notStored()
  }

  async function inFront(keys: KeyFile, secret: StoredSecret): Promise<KeyFile> {
    const others = [keys.history, ...keys.formerHistory].filter((stored) => stored !== null)
    const former = others.filter(({ value }, index) => {
      return value !== secret.value && others.findIndex((other) => other.value === value) === index
    })
    const isProtected = secret.protection === 'keyring'
    // Beside a key in a keyring none stays written down.
    const wrapped = former
      .slice(0, FORMER_KEPT)
      .map(async (stored) => (isProtected && stored.protection === 'file' ? await keyring.wrap(stored.value) : stored))
    const formerHistory = await Promise.all(wrapped)
    return { ...keys, history: secret, nextHistory: null, formerHistory }
  }

  return { toKey, create, keep, inFront, wrap: (key) => keyring.wrap(toText(key)) }
}

/** What is stored now; a file that cannot be understood is kept under another name. */
export async function readOrPutAside(file: string): Promise<StoredSecret | null> {
  try {
    return readKeyFile(file).history
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'history-key-missing') throw error
    await putKeyFileAside(file)
    return null
  }
}

function toText(key: Buffer): string {
  return key.toString('base64')
}

/** There is a history, and nothing is kept for it. */
export function missingKey(): AppError {
  return new AppError(
    'history-key-missing',
    'Your history is here, but its key is not. Put keys.json back from a backup of the data folder, or enter your recovery code. Nothing was changed.',
    { retryable: true },
  )
}

function damagedKey(): AppError {
  return new AppError(
    'history-key-wrong',
    'The stored key of your history is damaged. Put keys.json back from a backup, or enter your recovery code. Nothing was changed.',
    { retryable: true },
  )
}

export function notStored(cause?: unknown): AppError {
  return new AppError(
    'history-unavailable',
    'The key of the history could not be stored: what was written did not come back. Check the data folder and its disk, then try again.',
    { cause, retryable: true },
  )
}
