import { describe, expect, it } from 'vitest'
import { openSystemKeyring, type SafeStorage } from './system-keyring.ts'

/** Says in which order it was used. */
function safeStorage(steps: string[], prefix = 'v11'): SafeStorage {
  return {
    isEncryptionAvailable: () => {
      steps.push('available')
      return true
    },
    encryptString: (text) => Buffer.from(`${prefix}${text}`),
    decryptString: (encrypted) => encrypted.toString().slice(3),
    getSelectedStorageBackend: () => {
      steps.push('backend')
      return 'gnome_libsecret'
    },
  }
}

describe('openSystemKeyring', () => {
  it('waits until the window is drawn before it asks what may hold the process up', async () => {
    const steps: string[] = []
    const keyring = openSystemKeyring(safeStorage(steps), async () => void steps.push('drawn'))
    expect(await keyring.look()).toEqual({ backend: 'gnome_libsecret', available: true })
    const wrapped = await keyring.encrypt('secret')
    expect(await keyring.decrypt(wrapped)).toBe('secret')
    expect(steps).toEqual(['drawn', 'available', 'backend', 'drawn', 'drawn'])
  })

  it('asks by promise where the runtime can, and waits for nothing else', async () => {
    const steps: string[] = []
    const blocking = () => {
      throw new Error('blocks')
    }
    const promising: SafeStorage = {
      ...safeStorage(steps),
      isEncryptionAvailable: blocking,
      encryptString: blocking,
      decryptString: blocking,
      isAsyncEncryptionAvailable: async () => true,
      encryptStringAsync: async (text) => Buffer.from(`v11${text}`),
      decryptStringAsync: async (encrypted) => ({ result: encrypted.toString().slice(3) }),
    }
    const keyring = openSystemKeyring(promising, async () => void steps.push('drawn'))
    expect(await keyring.look()).toEqual({ backend: 'gnome_libsecret', available: true })
    expect(await keyring.decrypt(await keyring.encrypt('secret'))).toBe('secret')
    expect(steps).toEqual(['backend'])
  })

  it.runIf(process.platform === 'linux')('refuses what was wrapped with a password that everybody knows', async () => {
    const keyring = openSystemKeyring(safeStorage([], 'v10'), async () => {})
    await expect(keyring.encrypt('secret')).rejects.toThrow('fixed password')
  })
})
