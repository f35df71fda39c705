import type { StoredSecret } from './key-file.ts'

/** The part of Electron's safeStorage that is used, so that tests can bring a keyring of their own. */
export interface Keyring {
  isEncryptionAvailable(): boolean
  encryptString(text: string): Buffer
  decryptString(encrypted: Buffer): string
  /** Linux only: which service answers; `basic_text` is a fixed password and protects nothing. */
  getSelectedStorageBackend?(): string
}

/** Wraps a secret with the keyring where there is a real one; else it rests plain in a file of mode 0600. */
export function wrapSecret(keyring: Keyring, secret: string): StoredSecret {
  const backend = keyringBackend(keyring)
  if (!backend) return { protection: 'file', backend: 'file', value: secret }
  const wrapped = keyring.encryptString(secret)
  // A keyring has been seen to report success without having kept its key: read back before anything depends on it.
  if (keyring.decryptString(wrapped) !== secret) return { protection: 'file', backend: 'file', value: secret }
  return { protection: 'keyring', backend, value: wrapped.toString('base64') }
}

/** The reverse; throws whatever the keyring throws when it is absent, locked or another one than before. */
export function unwrapSecret(keyring: Keyring, stored: StoredSecret): string {
  if (stored.protection === 'file') return stored.value
  return keyring.decryptString(Buffer.from(stored.value, 'base64'))
}

/** The name of a keyring that really protects, or undefined. */
function keyringBackend(keyring: Keyring): string | undefined {
  if (!keyring.isEncryptionAvailable()) return undefined
  const backend = keyring.getSelectedStorageBackend?.() ?? process.platform
  return backend === 'basic_text' || backend === 'unknown' ? undefined : backend
}
