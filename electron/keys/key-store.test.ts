import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { mountSmallDisk, readOnlyFolder } from '../history/testing/small-disk.ts'
import { createKeyStore } from './key-store.ts'
import type { Keyring } from './secret-box.ts'
import { fakeKeyring, noKeyring } from './testing/fake-keyring.ts'

let file: string
let historyFile: string

beforeEach(() => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-keys-'))
  file = path.join(folder, 'keys.json')
  historyFile = path.join(folder, 'history.db')
})

/** Opens with whatever key is offered, as the very first start does. */
async function start(keyring: Keyring): Promise<{ key: Buffer; protection: string; backend: string }> {
  let key: Buffer = Buffer.alloc(0)
  const kept = await createKeyStore(file, keyring).openWithStoredKey(historyFile, async (offered) => {
    key = offered
    writeFileSync(historyFile, 'x')
  })
  return { key, ...kept }
}

const written = () => readFileSync(file, 'utf8')

describe('the first start', () => {
  it('makes a key once, and the next start gets the same one', async () => {
    const first = await start(fakeKeyring('a'))
    const second = await start(fakeKeyring('a'))
    expect(first.key.length).toBe(32)
    expect(second).toEqual({ key: first.key, protection: 'keyring', backend: 'gnome_libsecret' })
    expect(written()).not.toContain(first.key.toString('base64'))
  })

  it.each([
    ['there is no keyring', noKeyring],
    ['the keyring is basic_text', fakeKeyring('a', 'basic_text')],
    ['the keyring refuses to encrypt', { ...fakeKeyring('a'), encrypt: () => Promise.reject(new Error('locked')) }],
    ['the keyring does not give back what it took', { ...fakeKeyring('a'), decrypt: async () => 'something else' }],
    ['the keyring never answers', { ...fakeKeyring('a'), look: () => new Promise<never>(() => {}) }],
  ])('keeps the key in a file of mode 0600 when %s', async (_why, keyring) => {
    const { protection } = await createKeyStore(file, keyring, { answerMs: 20 }).getHistoryKey(historyFile)
    expect(protection).toBe('file')
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it('puts the same key into the file when what stands there cannot be decrypted any more', async () => {
    let answers = 0
    const forgetful: Keyring = {
      ...fakeKeyring('a'),
      // Says yes while it is asked right after encrypting, and has kept nothing.
      decrypt: async (encrypted) => {
        answers += 1
        if (answers > 1) throw new Error('nothing here')
        return await fakeKeyring('a').decrypt(encrypted)
      },
    }
    const first = await start(forgetful)
    expect(first.protection).toBe('file')
    expect((await start(noKeyring)).key).toEqual(first.key)
  })

  it.each([
    ['lost', undefined],
    ['damaged', '{"version": 1, '],
    ['empty', ''],
  ])('is never one beside an existing history, also when the key file is %s', async (_what, content) => {
    writeFileSync(historyFile, 'x')
    if (content !== undefined) writeFileSync(file, content)
    await expect(start(noKeyring)).rejects.toMatchObject({ code: 'history-key-missing' })
    expect(existsSync(file) ? written() : undefined).toBe(content)
  })

  it('leaves a key file of a newer version alone', async () => {
    writeFileSync(file, '{"version": 2}')
    await expect(start(noKeyring)).rejects.toMatchObject({ code: 'history-from-newer-version' })
    expect(written()).toBe('{"version": 2}')
  })

  it('makes nothing for a reader', async () => {
    const store = createKeyStore(file, noKeyring)
    await expect(store.openWithStoredKey(historyFile, async () => {}, { reads: true })).rejects.toMatchObject({
      code: 'history-key-missing',
    })
    expect(readdirSync(path.dirname(file))).toEqual([])
  })

  it('keeps what a newer version has put into the file', async () => {
    writeFileSync(file, JSON.stringify({ version: 1, history: null, endpoints: {}, later: [1] }))
    await start(noKeyring)
    expect(JSON.parse(written())).toMatchObject({ later: [1], history: { protection: 'file' } })
  })
})

describe('a key file that cannot be written', () => {
  it('is told of on a full disk, and nothing is left behind', async ({ skip }) => {
    const disk = mountSmallDisk('size=16k') ?? skip('cannot mount here')
    expect(() => writeFileSync(path.join(disk, 'rest'), Buffer.alloc(64 * 1024))).toThrow()
    const store = createKeyStore(path.join(disk, 'keys.json'), noKeyring)
    await expect(store.getHistoryKey(path.join(disk, 'history.db'))).rejects.toMatchObject({ code: 'disk-full' })
    expect(readdirSync(disk)).toEqual(['rest'])
  })

  it('is told of in a folder that can only be read', async ({ skip }) => {
    const folder = readOnlyFolder() ?? skip('cannot mount here')
    const store = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
    await expect(store.getHistoryKey(path.join(folder, 'history.db'))).rejects.toMatchObject({
      code: 'folder-read-only',
    })
    await expect(store.setEndpointKey('one', 'sk-one')).rejects.toMatchObject({ code: 'folder-read-only' })
  })
})

describe('a keyring that does not give the key back', () => {
  const text = 'bm8ga2V5IGF0IGFsbA=='
  it.each<[string, Keyring, string]>([
    ['is missing', noKeyring, 'keyring-missing'],
    ['is locked', { ...fakeKeyring('a'), look: look('gnome_libsecret', false) }, 'keyring-locked'],
    ['is another kind', { ...noKeyring, look: look('kwallet6', false) }, 'keyring-changed'],
    ['is another kind that answers', fakeKeyring('b', 'kwallet6'), 'keyring-changed'],
    ['throws', fakeKeyring('b'), 'keyring-wrong'],
    ['throws when looked at', { ...noKeyring, look: () => Promise.reject(new Error('gone')) }, 'keyring-wrong'],
    ['answers with garbage', { ...fakeKeyring('a'), decrypt: async () => '\u0000\ufffd' }, 'keyring-wrong'],
    ['answers with another text', { ...fakeKeyring('a'), decrypt: async () => text }, 'keyring-wrong'],
    ['never answers', { ...fakeKeyring('a'), decrypt: () => new Promise<never>(() => {}) }, 'keyring-silent'],
  ])('is told apart when it %s, and nothing is written', async (_what, keyring, code) => {
    await start(fakeKeyring('a'))
    const before = written()
    const store = createKeyStore(file, keyring, { answerMs: 20 })
    const opened: Buffer[] = []
    const opening = store.openWithStoredKey(historyFile, async (key) => void opened.push(key))
    await expect(opening).rejects.toMatchObject({ code, retryable: true })
    expect({ opened, text: written(), names: readdirSync(path.dirname(file)).sort() }).toEqual({
      opened: [],
      text: before,
      names: ['history.db', 'keys.json'],
    })
  })

  it('is asked once however often a person tries, and its late answer counts', async () => {
    const { key } = await start(fakeKeyring('a'))
    let answer: (text: string) => void = () => {}
    let questions = 0
    const slow: Keyring = {
      ...fakeKeyring('a'),
      decrypt: () => {
        questions += 1
        return new Promise((resolve) => {
          answer = resolve
        })
      },
    }
    const late: string[] = []
    const store = createKeyStore(file, slow, { answerMs: 20, onLateAnswer: () => void late.push('answered') })
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(store.getHistoryKey(historyFile)).rejects.toMatchObject({ code: 'keyring-silent' })
    }
    answer(key.toString('base64'))
    expect((await store.getHistoryKey(historyFile)).key).toEqual(key)
    expect({ late, questions }).toEqual({ late: ['answered'], questions: 1 })
  })

  it('is waited for once, however many keys it keeps', async () => {
    await start(fakeKeyring('a'))
    await createKeyStore(file, fakeKeyring('a')).adoptHistoryKey(Buffer.alloc(32, 9))
    let questions = 0
    const silent: Keyring = {
      ...fakeKeyring('a'),
      decrypt: () => {
        questions += 1
        return new Promise<never>(() => {})
      },
    }
    const opening = createKeyStore(file, silent, { answerMs: 20 }).openWithStoredKey(historyFile, async () => {})
    await expect(opening).rejects.toMatchObject({ code: 'keyring-silent' })
    expect(questions).toBe(1)
  })

  function look(backend: string, available: boolean) {
    return async () => ({ backend, available })
  }
})

describe('a key that opened the history', () => {
  const key = Buffer.alloc(32, 9)
  const fits = (right: Buffer) => async (offered: Buffer) => {
    if (!offered.equals(right)) throw new AppError('history-key-wrong', 'does not fit')
  }

  it('is kept in the keyring of this desktop, and what was stored stays beside it', async () => {
    await start(fakeKeyring('a', 'kwallet6'))
    const former = JSON.parse(written()).history
    const kept = await createKeyStore(file, fakeKeyring('b')).adoptHistoryKey(key)
    expect(kept).toEqual({ protection: 'keyring', backend: 'gnome_libsecret' })
    expect(JSON.parse(written()).formerHistory).toEqual([former])
    expect((await createKeyStore(file, fakeKeyring('b')).getHistoryKey(historyFile)).key).toEqual(key)
  })

  it('is not written down without being asked for, and nothing changes then', async () => {
    await start(fakeKeyring('a'))
    const before = written()
    const store = createKeyStore(file, noKeyring, { mayKeepInFile: async () => false })
    expect(await store.adoptHistoryKey(key)).toEqual({ protection: 'none', backend: '' })
    expect(written()).toBe(before)
    expect(store.currentHistoryKey()).toEqual(key)
  })

  it('goes back to what was stored when it cannot be read back', async () => {
    await start(fakeKeyring('a'))
    const { history } = JSON.parse(written())
    let answers = 0
    const forgetful: Keyring = {
      ...fakeKeyring('b'),
      decrypt: async (encrypted) => {
        answers += 1
        return answers > 1 ? 'nothing' : await fakeKeyring('b').decrypt(encrypted)
      },
    }
    await expect(createKeyStore(file, forgetful).adoptHistoryKey(key)).rejects.toMatchObject({
      code: 'history-unavailable',
    })
    expect(JSON.parse(written())).toMatchObject({ history, formerHistory: [] })
  })

  it('is kept beside a key file that cannot be understood, which stays under another name', async () => {
    writeFileSync(file, 'broken')
    await createKeyStore(file, noKeyring).adoptHistoryKey(key)
    expect(readFileSync(file.replace('.json', '.damaged-1.json'), 'utf8')).toBe('broken')
    expect((await createKeyStore(file, noKeyring).getHistoryKey(historyFile)).key).toEqual(key)
  })

  it('is found again among the former ones, as for a backup that was put back, and is first from then on', async () => {
    const first = await start(fakeKeyring('a'))
    await createKeyStore(file, fakeKeyring('a')).adoptHistoryKey(key)
    const store = createKeyStore(file, fakeKeyring('a'))
    await store.openWithStoredKey(historyFile, fits(first.key))
    expect(store.currentHistoryKey()).toEqual(first.key)
    expect((await createKeyStore(file, fakeKeyring('a')).getHistoryKey(historyFile)).key).toEqual(first.key)
    await createKeyStore(file, fakeKeyring('a')).openWithStoredKey(historyFile, fits(key))
  })

  it('tells the first reason when no key fits, and writes nothing', async () => {
    await start(fakeKeyring('a'))
    await createKeyStore(file, fakeKeyring('b')).adoptHistoryKey(key)
    const before = written()
    const opening = createKeyStore(file, fakeKeyring('b')).openWithStoredKey(historyFile, fits(Buffer.alloc(32, 1)))
    await expect(opening).rejects.toMatchObject({ code: 'history-key-wrong' })
    expect(written()).toBe(before)
  })
})

describe('a key change', () => {
  const next = Buffer.alloc(32, 5)
  const opensWith = (right: Buffer, otherwise: 'history-key-wrong' | 'history-corrupt' = 'history-key-wrong') => {
    return async (offered: Buffer) => {
      if (!offered.equals(right)) throw new AppError(otherwise, 'does not fit')
    }
  }

  it('has both keys on disk until it is done, and then the new one in front', async () => {
    const { key } = await start(fakeKeyring('a'))
    const store = createKeyStore(file, fakeKeyring('a'))
    await store.keepNextHistoryKey(next)
    expect(JSON.parse(written())).toMatchObject({ history: expect.anything(), nextHistory: expect.anything() })
    await store.promoteNextHistoryKey()
    expect(store.currentHistoryKey()).toEqual(next)
    const later = createKeyStore(file, fakeKeyring('a'))
    expect((await later.getHistoryKey(historyFile)).key).toEqual(next)
    await later.openWithStoredKey(historyFile, opensWith(key))
  })

  it.each(['history-key-wrong', 'history-corrupt'] as const)(
    'that was cut off after the exchange of the file is completed at the next start (former key: %s)',
    async (code) => {
      await start(fakeKeyring('a'))
      await createKeyStore(file, fakeKeyring('a')).keepNextHistoryKey(next)
      const store = createKeyStore(file, fakeKeyring('a'))
      await store.openWithStoredKey(historyFile, opensWith(next, code))
      expect(JSON.parse(written()).nextHistory).toBeNull()
      expect((await createKeyStore(file, fakeKeyring('a')).getHistoryKey(historyFile)).key).toEqual(next)
    },
  )

  it('that was cut off before the exchange is forgotten at the next start, but not by a reader', async () => {
    const { key } = await start(fakeKeyring('a'))
    await createKeyStore(file, fakeKeyring('a')).keepNextHistoryKey(next)
    const before = written()
    const store = createKeyStore(file, fakeKeyring('a'))
    await store.openWithStoredKey(historyFile, opensWith(key), { reads: true })
    expect(written()).toBe(before)
    await store.openWithStoredKey(historyFile, opensWith(key))
    expect(JSON.parse(written())).toMatchObject({ nextHistory: null, formerHistory: [] })
  })

  it('into a keyring leaves no former key written down', async () => {
    const { key } = await start(noKeyring)
    expect(written()).toContain(key.toString('base64'))
    const store = createKeyStore(file, fakeKeyring('a'))
    await store.keepNextHistoryKey(next)
    await store.promoteNextHistoryKey()
    expect(written()).not.toContain(key.toString('base64'))
    await createKeyStore(file, fakeKeyring('a')).openWithStoredKey(historyFile, opensWith(key))
  })
})

describe('the keys of endpoints', () => {
  it.each([
    ['answers with another text', { ...fakeKeyring('a'), decrypt: async () => 'something else' }],
    ['refuses to decrypt', { ...fakeKeyring('a'), decrypt: () => Promise.reject(new Error('no')) }],
  ])('are not left to a keyring that %s right away', async (_what, keyring) => {
    await createKeyStore(file, keyring).setEndpointKey('one', 'sk-one')
    expect(await createKeyStore(file, noKeyring).getEndpointKey('one')).toBe('sk-one')
  })

  it('are kept apart, wrapped, and forgotten on request', async () => {
    const store = createKeyStore(file, fakeKeyring('a'))
    await Promise.all([store.setEndpointKey('one', 'sk-one'), store.setEndpointKey('two', 'sk-two')])
    expect(await Promise.all(['one', 'two', '__proto__'].map((id) => store.getEndpointKey(id)))).toEqual([
      'sk-one',
      'sk-two',
      undefined,
    ])
    expect(written()).not.toContain('sk-one')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    await store.setEndpointKey('one', null)
    expect([store.hasEndpointKey('one'), store.hasEndpointKey('two')]).toEqual([false, true])
    await expect(createKeyStore(file, noKeyring).getEndpointKey('two')).rejects.toMatchObject({
      code: 'keyring-unavailable',
    })
  })
})
