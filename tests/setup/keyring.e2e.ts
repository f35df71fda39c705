import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Keyring, keyringArguments, startKeyring } from './keyring.ts'
import { launchApp } from './launch-app.ts'

describe.runIf(process.platform === 'linux')('the keyring for tests', () => {
  const home = mkdtempSync(join(tmpdir(), 'alcove-home-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  async function inApp(keyring: Keyring, encrypted?: string) {
    const launched = await launchApp({ env: keyring.env, args: keyringArguments })
    try {
      return await launched.app.evaluate(({ safeStorage }, secret) => {
        const backend = safeStorage.getSelectedStorageBackend()
        if (secret) return { backend, value: safeStorage.decryptString(Buffer.from(secret, 'base64')) }
        return { backend, value: safeStorage.encryptString('a secret').toString('base64') }
      }, encrypted)
    } finally {
      await launched.close()
    }
  }

  async function withKeyring<T>(work: (keyring: Keyring) => Promise<T>): Promise<T> {
    const keyring = await startKeyring(home)
    try {
      return await work(keyring)
    } finally {
      await keyring.stop()
    }
  }

  it('keeps what the app encrypts over restarts of both', async () => {
    const written = await withKeyring((keyring) => inApp(keyring))
    const read = await withKeyring((keyring) => inApp(keyring, written.value))
    expect(read).toEqual({ backend: 'gnome_libsecret', value: 'a secret' })
  })
})
