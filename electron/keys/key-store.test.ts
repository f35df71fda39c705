import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createKeyStore } from './key-store.ts'
import type { Keyring } from './secret-box.ts'

const newFolder = () => mkdtempSync(path.join(os.tmpdir(), 'alcove-keys-'))

/** A keyring whose wrapping is reversible and recognisable; `secret` tells one keyring from another. */
function keyringOf(secret: string, backend = 'gnome_libsecret'): Keyring {
  const flip = (bytes: Buffer) =>
    Buffer.from(bytes.map((byte, index) => byte ^ (secret.charCodeAt(index % secret.length) & 0x7f)))
  return {
    isEncryptionAvailable: () => true,
    getSelectedStorageBackend: () => backend,
    encryptString: (text) => Buffer.concat([Buffer.from(`${secret}:`), flip(Buffer.from(text))]),
    decryptString(encrypted) {
      const mark = `${secret}:`
      if (!encrypted.toString('latin1').startsWith(mark)) throw new Error('not mine')
      return flip(encrypted.subarray(mark.length)).toString()
    },
  }
}
const noKeyring: Keyring = {
  isEncryptionAvailable: () => false,
  encryptString: () => {
    throw new Error('no keyring')
  },
  decryptString: () => {
    throw new Error('no keyring')
  },
}

describe('createKeyStore', () => {
  it('makes a key once and gives the same one out after a restart', async () => {
    const folder = newFolder()
    const file = path.join(folder, 'keys.json')
    const historyFile = path.join(folder, 'history.db')
    const first = await createKeyStore(file, keyringOf('a')).getHistoryKey(historyFile)
    writeFileSync(historyFile, 'x')
    const second = await createKeyStore(file, keyringOf('a')).getHistoryKey(historyFile)
    expect(first.key.length).toBe(32)
    expect(second).toEqual({ key: first.key, protection: 'keyring', backend: 'gnome_libsecret' })
    expect(readFileSync(file, 'utf8')).not.toContain(first.key.toString('base64'))
  })

  it.each([
    ['there is no keyring', noKeyring],
    ['the keyring is basic_text', keyringOf('a', 'basic_text')],
    ['the keyring does not give back what it took', { ...keyringOf('a'), decryptString: () => 'something else' }],
  ])('keeps the key in a file of mode 0600 when %s', async (_why, keyring) => {
    const folder = newFolder()
    const file = path.join(folder, 'keys.json')
    const { protection } = await createKeyStore(file, keyring).getHistoryKey(path.join(folder, 'history.db'))
    expect(protection).toBe('file')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['is gone', noKeyring],
    ['is another one', keyringOf('b')],
  ])('says that the key is missing, and writes nothing, when the keyring %s', async (_why, keyring) => {
    const folder = newFolder()
    const file = path.join(folder, 'keys.json')
    await createKeyStore(file, keyringOf('a')).getHistoryKey(path.join(folder, 'history.db'))
    const before = readFileSync(file)
    const store = createKeyStore(file, keyring)
    await expect(store.getHistoryKey(path.join(folder, 'history.db'))).rejects.toMatchObject({
      code: 'history-key-missing',
    })
    expect(readFileSync(file)).toEqual(before)
  })

  it.each([
    ['lost', undefined],
    ['damaged', '{"version": 1, '],
  ])('never makes a new key beside an existing history when the key file is %s', async (_what, content) => {
    const folder = newFolder()
    const file = path.join(folder, 'keys.json')
    writeFileSync(path.join(folder, 'history.db'), 'x')
    if (content !== undefined) writeFileSync(file, content)
    const store = createKeyStore(file, noKeyring)
    await expect(store.getHistoryKey(path.join(folder, 'history.db'))).rejects.toMatchObject({
      code: 'history-key-missing',
    })
  })

  it('keeps the keys of endpoints apart, wrapped, and forgets them on request', async () => {
    const file = path.join(newFolder(), 'keys.json')
    const store = createKeyStore(file, keyringOf('a'))
    await Promise.all([store.setEndpointKey('one', 'sk-one'), store.setEndpointKey('two', 'sk-two')])
    expect([store.getEndpointKey('one'), store.getEndpointKey('two'), store.getEndpointKey('__proto__')]).toEqual([
      'sk-one',
      'sk-two',
      undefined,
    ])
    expect(readFileSync(file, 'utf8')).not.toContain('sk-one')
    await store.setEndpointKey('one', null)
    expect([store.hasEndpointKey('one'), store.hasEndpointKey('two')]).toEqual([false, true])
    expect(() => createKeyStore(file, noKeyring).getEndpointKey('two')).toThrow(
      expect.objectContaining({ code: 'keyring-unavailable' }),
    )
  })
})
