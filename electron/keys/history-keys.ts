/** The key of the history: given out to whoever opens the file, kept again, exchanged. */
import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { KeyProtection } from '../../shared/record-types.ts'
import { createKeptKeys, type KeyStorage, missingKey, notStored, readOrPutAside } from './kept-keys.ts'
import { readKeyFile, type StoredSecret } from './key-file.ts'

/** How a key is kept on this computer. */
export interface KeptKey {
  protection: KeyProtection
  backend: string
}

export interface HistoryKeys {
  /**
   * Opens the history with the key that is kept for it; made at the very first start, never again once a history file
   * exists. Where a key change was cut off, or a backup was put back, `open` is called with each key that may fit.
   * Afterwards the key that fitted is the one that is kept, and no other is lost. With `reads` nothing is written or made:
   * for a reader beside a running Alcove, which may be changing the key.
   * @param open rejects with `history-key-wrong` or `history-corrupt` when a key does not fit; any other rejection ends
   * the search
   * @throws AppError `history-key-missing`, `history-key-wrong`, `keyring-missing`, `keyring-locked`, `keyring-changed`,
   * `keyring-wrong`, `keyring-silent`, or what `open` rejected with
   */
  openWithStoredKey(
    historyFile: string,
    open: (key: Buffer) => Promise<void>,
    options?: { reads?: boolean },
  ): Promise<KeptKey>
  /**
   * The key that is kept, made at the very first start. It may not be the one that fits while a key change is unfinished.
   * @throws AppError as `openWithStoredKey`
   */
  getHistoryKey(historyFile: string): Promise<KeptKey & { key: Buffer }>
  /**
   * Keeps a key that has opened the history, so that it does so at the next start too. What was stored stays beside it.
   * Without a keyring the person is asked first whether a file may hold it; `none` when it may not.
   */
  adoptHistoryKey(key: Buffer): Promise<KeptKey>
  /** Stores the key that a key change leads to beside the present one; on disk and read back when this resolves. */
  keepNextHistoryKey(key: Buffer): Promise<void>
  /** The key change is done: the next key becomes the kept one, and the former stays for backups made with it. */
  promoteNextHistoryKey(): Promise<void>
  /** The key change was given up before the file was exchanged. */
  dropNextHistoryKey(): Promise<void>
  /** The key that the history is open with, or that fits it although it is too damaged to open; undefined before. */
  currentHistoryKey(): Buffer | undefined
}

interface HistoryKeysOptions extends KeyStorage {
  /** Whether a key that was in a keyring may be written to a file. */
  mayKeepInFile(): Promise<boolean>
}

type Role = 'history' | 'next' | 'former'

/**
 * A key that cannot be had, or does not fit, leaves the others to try. A file that a key change has exchanged looks
 * damaged to the former key.
 */
const TRY_NEXT = new Set<ErrorCode>([
  'history-key-wrong',
  'history-corrupt',
  'keyring-missing',
  'keyring-locked',
  'keyring-changed',
  'keyring-wrong',
  'keyring-silent',
])

export function createHistoryKeys({ file, keyring, change, mayKeepInFile }: HistoryKeysOptions): HistoryKeys {
  const kept = createKeptKeys({ file, keyring, change })
  let current: Buffer | undefined
  let next: { key: Buffer; secret: StoredSecret } | undefined

  async function tryInTurn(open: (key: Buffer) => Promise<void>): Promise<{ stored: StoredSecret; role: Role }> {
    const { history, nextHistory, formerHistory } = readKeyFile(file)
    const candidates = [
      { stored: history, role: 'history' as const },
      { stored: nextHistory, role: 'next' as const },
      ...formerHistory.map((stored) => ({ stored, role: 'former' as const })),
    ]
    let firstError: unknown
    let isSilent = false
    for (const { stored, role } of candidates) {
      // A keyring that does not answer is waited for once, not once for each.
      if (!stored || (isSilent && stored.protection === 'keyring')) continue
      let key: Buffer | undefined
      try {
        key = await kept.toKey(stored)
        await open(key)
        current = key
        return { stored, role }
      } catch (error) {
        firstError ??= error
        if (!(error instanceof AppError && TRY_NEXT.has(error.code))) throw error
        if (error.code === 'history-corrupt') current ??= key
        isSilent ||= error.code === 'keyring-silent'
      }
    }
    throw firstError ?? missingKey()
  }

  /** Makes the key that fitted the one that is tried first. Nothing is written where it was first already. */
  async function settle(stored: StoredSecret, role: Role): Promise<void> {
    await change((keys) => {
      if (role !== 'history') return kept.inFront(keys, stored)
      return keys.nextHistory ? { ...keys, nextHistory: null } : keys
    })
  }

  return {
    async openWithStoredKey(historyFile, open, { reads = false } = {}) {
      if (!(reads || readKeyFile(file).history)) await kept.create(historyFile)
      const { stored, role } = await tryInTurn(open)
      // The history is open: what could not be put in order now is put in order at the next start.
      if (!reads) await settle(stored, role).catch(() => undefined)
      return { protection: stored.protection, backend: stored.backend }
    },
    async getHistoryKey(historyFile) {
      if (!readKeyFile(file).history) await kept.create(historyFile)
      const stored = readKeyFile(file).history
      if (!stored) throw missingKey()
      return { key: await kept.toKey(stored), protection: stored.protection, backend: stored.backend }
    },
    async adoptHistoryKey(key) {
      current = key
      const stored = await readOrPutAside(file)
      const secret = await kept.wrap(key)
      const wasInFile = stored?.protection === 'file'
      if (secret.protection === 'file' && !wasInFile && !(await mayKeepInFile())) {
        return { protection: 'none', backend: '' }
      }
      await kept.keep('history', key, secret)
      return { protection: secret.protection, backend: secret.backend }
    },
    async keepNextHistoryKey(key) {
      const secret = await kept.wrap(key)
      if (secret.protection === 'file' && readKeyFile(file).history?.protection === 'keyring') throw notTaken()
      await kept.keep('nextHistory', key, secret)
      next = { key, secret }
    },
    async promoteNextHistoryKey() {
      if (!next) throw notStored()
      const { key, secret } = next
      current = key
      await change((keys) => kept.inFront(keys, secret))
    },
    dropNextHistoryKey: () => change((keys) => ({ ...keys, nextHistory: null })),
    currentHistoryKey: () => current,
  }
}

function notTaken(): AppError {
  return new AppError(
    'keyring-unavailable',
    'The keyring of this computer does not take a new key. Unlock it, then change the key. Nothing was changed.',
    { retryable: true },
  )
}
