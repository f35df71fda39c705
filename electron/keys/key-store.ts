import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { AppError } from '../../shared/errors.ts'
import type { KeyProtection } from '../../shared/record-types.ts'
import { type KeyFile, readKeyFile, type StoredSecret, writeKeyFile } from './key-file.ts'
import { type Keyring, unwrapSecret, wrapSecret } from './secret-box.ts'

/** How a key is kept on this computer. */
export interface KeptKey {
  protection: KeyProtection
  backend: string
}

interface HistoryKey extends KeptKey {
  /** 32 random bytes. */
  key: Buffer
}

export interface KeyStore {
  /**
   * The key of the history; made at the very first start, never again once a history file exists.
   * @throws AppError `history-key-missing`, `history-key-wrong`
   */
  getHistoryKey(historyFile: string): Promise<HistoryKey>
  /** Keeps a key that has opened the history, in place of a stored one that does not open it. */
  adoptHistoryKey(key: Buffer): Promise<KeptKey>
  hasEndpointKey(endpointId: string): boolean
  /** Undefined where there is none. @throws AppError `keyring-unavailable` */
  getEndpointKey(endpointId: string): string | undefined
  /** Null removes it. */
  setEndpointKey(endpointId: string, key: string | null): Promise<void>
}

/** Keys at rest in `file`. They never leave main: not to the window, a log, an export, argv or the environment. */
export function createKeyStore(file: string, keyring: Keyring): KeyStore {
  let queue = Promise.resolve()
  // One change after the other, each on what is really on disk.
  const change = (edit: (keys: KeyFile) => KeyFile): Promise<void> => {
    const next = queue.then(() => writeKeyFile(file, edit(readKeyFile(file))))
    queue = next.catch(() => {})
    return next
  }

  return {
    async getHistoryKey(historyFile) {
      const stored = readKeyFile(file).history ?? (await createHistoryKey(historyFile))
      return toHistoryKey(stored, keyring)
    },
    async adoptHistoryKey(key) {
      const { value, protection, backend } = wrapSecret(keyring, key.toString('base64'))
      await change((keys) => ({ ...keys, history: { value, protection, backend } }))
      return { protection, backend }
    },
    hasEndpointKey: (endpointId) => Object.hasOwn(readKeyFile(file).endpoints, endpointId),
    getEndpointKey(endpointId) {
      const { endpoints } = readKeyFile(file)
      const stored = Object.hasOwn(endpoints, endpointId) ? endpoints[endpointId] : undefined
      if (!stored) return undefined
      try {
        return unwrapSecret(keyring, stored)
      } catch (cause) {
        throw new AppError(
          'keyring-unavailable',
          'The key for this endpoint is in the system keyring, which does not give it out. Unlock the keyring, or enter the key again in Settings.',
          { cause, retryable: true },
        )
      }
    },
    setEndpointKey: (endpointId, key) =>
      change((keys) => {
        const { [endpointId]: _former, ...others } = keys.endpoints
        return { ...keys, endpoints: key === null ? others : { ...others, [endpointId]: wrapSecret(keyring, key) } }
      }),
  }

  async function createHistoryKey(historyFile: string): Promise<StoredSecret> {
    if (existsSync(historyFile)) {
      throw new AppError(
        'history-key-missing',
        'Your history is here, but its key is not. Put keys.json back from a backup of the data folder, then try again. Nothing was changed.',
        { retryable: true },
      )
    }
    const secret = wrapSecret(keyring, randomBytes(32).toString('base64'))
    await change((keys) => ({ ...keys, history: secret }))
    const written = readKeyFile(file).history
    if (written?.value !== secret.value) {
      throw new AppError(
        'history-unavailable',
        'The key of the new history could not be stored. Check the data folder.',
      )
    }
    return written
  }
}

function toHistoryKey(stored: StoredSecret, keyring: Keyring): HistoryKey {
  let text: string
  try {
    text = unwrapSecret(keyring, stored)
  } catch (cause) {
    throw new AppError(
      'history-key-missing',
      `The key of your history is in the system keyring (${stored.backend}), which does not give it out. Unlock that keyring, or log in to the desktop where you used Alcove before, then try again. Nothing was changed.`,
      { cause, retryable: true },
    )
  }
  const key = Buffer.from(text, 'base64')
  if (key.length !== 32) {
    throw new AppError(
      'history-key-wrong',
      'The stored key of your history is damaged. Put keys.json back from a backup. Nothing was changed.',
    )
  }
  return { key, protection: stored.protection, backend: stored.backend }
}
