import { AppError } from '../../shared/errors.ts'
import { createHistoryKeys, type HistoryKeys } from './history-keys.ts'
import { type KeyFile, readKeyFile, writeKeyFile } from './key-file.ts'
import { beingPatient } from './patient-keyring.ts'
import type { Keyring } from './secret-box.ts'

export interface KeyStore extends HistoryKeys {
  hasEndpointKey(endpointId: string): boolean
  /** Undefined where there is none. @throws AppError `keyring-unavailable` */
  getEndpointKey(endpointId: string): Promise<string | undefined>
  /** Null removes it. */
  setEndpointKey(endpointId: string, key: string | null): Promise<void>
}

interface KeyStoreOptions {
  /** How long the keyring may be silent before the person is told; it is still listened to afterwards. */
  answerMs?: number
  /** It answered after all: what waits for a key may ask again. */
  onLateAnswer?: () => void
  /** Whether a key that a keyring kept may now rest in a file of mode 0600. */
  mayKeepInFile?: () => Promise<boolean>
}

const ANSWER_MS = 10_000

/** Keys at rest in `file`. They never leave main: not to the window, a log, an export, argv or the environment. */
export function createKeyStore(file: string, keyring: Keyring, options: KeyStoreOptions = {}): KeyStore {
  const { answerMs = ANSWER_MS, onLateAnswer = () => undefined, mayKeepInFile = async () => true } = options
  const patient = beingPatient(keyring, { answerMs, onLateAnswer })
  let queue = Promise.resolve()
  // One change after the other, each on what is really on disk; nothing is written where nothing changes.
  const change = (edit: (keys: KeyFile) => KeyFile | Promise<KeyFile>): Promise<void> => {
    const next = queue.then(async () => {
      const keys = readKeyFile(file)
      const edited = await edit(keys)
      if (edited !== keys) await writeKeyFile(file, edited)
    })
    queue = next.catch(() => {})
    return next
  }

  return {
    ...createHistoryKeys({ file, keyring: patient, change, mayKeepInFile }),
    hasEndpointKey: (endpointId) => Object.hasOwn(readKeyFile(file).endpoints, endpointId),
    async getEndpointKey(endpointId) {
      const { endpoints } = readKeyFile(file)
      const stored = Object.hasOwn(endpoints, endpointId) ? endpoints[endpointId] : undefined
      if (!stored) return undefined
      try {
        return await patient.unwrap(stored)
      } catch (cause) {
        throw new AppError(
          'keyring-unavailable',
          'The key for this endpoint is in the system keyring, which does not give it out. Unlock the keyring, or enter the key again in Settings.',
          { cause, retryable: true },
        )
      }
    },
    setEndpointKey: (endpointId, key) =>
      change(async (keys) => {
        const { [endpointId]: _former, ...others } = keys.endpoints
        const endpoints = key === null ? others : { ...others, [endpointId]: await patient.wrap(key) }
        return { ...keys, endpoints }
      }),
  }
}
