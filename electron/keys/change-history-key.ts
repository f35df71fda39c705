import { randomBytes } from 'node:crypto'
import { AppError } from '../../shared/errors.ts'
import type { KeyChange } from '../history/change-key/change-key.ts'
import { changeKeyInThread } from '../history/change-key/change-key-in-thread.ts'
import type { HistoryKeys } from './history-keys.ts'

interface KeyChangeOptions {
  /** Of the bundled `change-key-worker.ts`; a string is a path. */
  workerUrl: URL | string
  /** The history, which nobody may have open. */
  file: string
  nativeBinding: string | undefined
  keys: HistoryKeys
}

/**
 * Encrypts the whole history under a new random key and stores that key. Killed at any moment, a stored key opens the
 * history at the next start.
 * @throws AppError why not; the history and its key are then as they were
 */
export async function changeHistoryKey({ keys, ...place }: KeyChangeOptions): Promise<KeyChange> {
  const key = keys.currentHistoryKey()
  if (!key) throw new AppError('history-unavailable', 'Your history is not open. Open it first, then try again.')
  const newKey = randomBytes(32)
  return await changeKeyInThread({
    ...place,
    key,
    newKey,
    keepNext: () => keys.keepNextHistoryKey(newKey),
    promote: () => keys.promoteNextHistoryKey(),
    drop: () => keys.dropNextHistoryKey(),
  })
}
