import type { Keyring } from './secret-box.ts'

/** The part of Electron's safeStorage that is used; the promises came with Electron 42, the rest is going away. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean
  encryptString(text: string): Buffer
  decryptString(encrypted: Buffer): string
  /** Linux only: which service answers; `basic_text` is a fixed password and protects nothing. */
  getSelectedStorageBackend?(): string
  isAsyncEncryptionAvailable?(): Promise<boolean>
  encryptStringAsync?(text: string): Promise<Buffer>
  decryptStringAsync?(encrypted: Buffer): Promise<{ result: string }>
}

/**
 * The keyring behind safeStorage. Its promises are used where the runtime has them; without them a locked keyring
 * holds the whole process up, so `beforeBlocking` (the window has been drawn) is awaited first.
 */
export function openSystemKeyring(safeStorage: SafeStorage, beforeBlocking: () => Promise<unknown>): Keyring {
  const isAsync = () => typeof safeStorage.decryptStringAsync === 'function'
  return {
    async look() {
      if (!isAsync()) await beforeBlocking()
      const available = isAsync()
        ? await safeStorage.isAsyncEncryptionAvailable?.()
        : safeStorage.isEncryptionAvailable()
      // Asked second: which service it is, is settled only once the keyring was asked for something.
      const backend = safeStorage.getSelectedStorageBackend?.() ?? process.platform
      return { backend, available: available === true }
    },
    async encrypt(text) {
      if (!isAsync()) await beforeBlocking()
      const wrapped = (await safeStorage.encryptStringAsync?.(text)) ?? safeStorage.encryptString(text)
      if (isFixedPassword(wrapped)) throw new Error('wrapped with a fixed password')
      return wrapped
    },
    async decrypt(encrypted) {
      if (!isAsync()) await beforeBlocking()
      return (await safeStorage.decryptStringAsync?.(encrypted))?.result ?? safeStorage.decryptString(encrypted)
    },
  }
}

/** On Linux Chromium writes `v10` before what it wrapped with a password that everybody knows (`v11`: the keyring's). */
function isFixedPassword(wrapped: Buffer): boolean {
  return process.platform === 'linux' && wrapped.subarray(0, 3).toString('latin1') === 'v10'
}
