import { AppError, type ErrorCode } from '../../shared/errors.ts'
import type { StoredSecret } from './key-file.ts'

/** What the system says of its keyring. */
interface KeyringLook {
  /** Which service is asked, e.g. `gnome_libsecret`, `kwallet6`, `darwin`; `basic_text` where there is none. */
  backend: string
  available: boolean
}

/** The system's keyring; each answer may take as long as a person needs to unlock it, or never come. */
export interface Keyring {
  look(): Promise<KeyringLook>
  encrypt(text: string): Promise<Buffer>
  decrypt(encrypted: Buffer): Promise<string>
}

/** Wraps a secret with the keyring where there is a real one; else it rests plain in a file of mode 0600. */
export async function wrapSecret(keyring: Keyring, secret: string): Promise<StoredSecret> {
  const { backend, available } = await keyring.look()
  if (!available || isNoKeyring(backend)) return inFile(secret)
  const wrapped = await keyring.encrypt(secret).catch(() => undefined)
  // A keyring has been seen to report success without having kept its key: read back before anything depends on it.
  if (!wrapped || (await readBack(keyring, wrapped)) !== secret) return inFile(secret)
  return { protection: 'keyring', backend, value: wrapped.toString('base64') }
}

export function inFile(secret: string): StoredSecret {
  return { protection: 'file', backend: 'file', value: secret }
}

/**
 * The reverse of `wrapSecret`.
 * @throws AppError `keyring-missing`, `keyring-locked`, `keyring-changed`, `keyring-wrong`: why the keyring that wrapped
 * the secret does not give it back
 */
export async function unwrapSecret(keyring: Keyring, stored: StoredSecret): Promise<string> {
  if (stored.protection === 'file') return stored.value
  const { backend, available } = await keyring.look().catch((cause: unknown) => {
    throw refusal('keyring-wrong', stored, stored.backend, cause)
  })
  if (!available) throw refusal(whyUnavailable(stored, backend), stored, backend)
  try {
    return await keyring.decrypt(Buffer.from(stored.value, 'base64'))
  } catch (cause) {
    throw refusal(backend === stored.backend ? 'keyring-wrong' : 'keyring-changed', stored, backend, cause)
  }
}

/** The keyring gave an answer, but not what it was given. */
export function wrongAnswer(stored: StoredSecret): AppError {
  return refusal('keyring-wrong', stored, stored.backend)
}

function isNoKeyring(backend: string): boolean {
  return backend === 'basic_text' || backend === 'unknown'
}

async function readBack(keyring: Keyring, wrapped: Buffer): Promise<string | undefined> {
  return await keyring.decrypt(wrapped).catch(() => undefined)
}

type KeyringCode = Extract<ErrorCode, `keyring-${string}`>

function whyUnavailable(stored: StoredSecret, backend: string): KeyringCode {
  if (isNoKeyring(backend)) return 'keyring-missing'
  return backend === stored.backend ? 'keyring-locked' : 'keyring-changed'
}

const NAMES: Record<string, string> = {
  gnome_libsecret: 'GNOME Keyring',
  kwallet: 'KWallet',
  kwallet5: 'KWallet 5',
  kwallet6: 'KWallet 6',
  darwin: 'the Keychain',
  win32: 'the Windows account',
}

function refusal(code: KeyringCode, stored: StoredSecret, backend: string, cause?: unknown): AppError {
  const then = NAMES[stored.backend] ?? stored.backend
  const now = NAMES[backend] ?? backend
  return new AppError(code, `${sentence(code, then, now)} Nothing was changed.`, { cause, retryable: true })
}

function sentence(code: KeyringCode, then: string, now: string): string {
  switch (code) {
    case 'keyring-missing':
      return `The key of your history is in ${then}, and no keyring is running here. Log in to the desktop where you used Alcove before, or enter your recovery code.`
    case 'keyring-changed':
      return `The key of your history is in ${then}, but this desktop uses ${now}. Log in to the desktop where you used Alcove before, or enter your recovery code to use it here too.`
    case 'keyring-wrong':
      return `The key of your history is in ${then}, but what that keyring answers is not this key. It may have been reset. Put your keyring back from a backup, or enter your recovery code.`
    default:
      return `The key of your history is in ${then}, which is locked or not running. Unlock it and try again, or enter your recovery code.`
  }
}
