import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { KeyChangeStep } from '../history/change-key/change-key.ts'
import { openDatabase } from '../history/database.ts'
import { openHistoryFile } from '../history/open-history-file.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { exchange, newConversation } from '../history/testing/temporary-history.ts'
import { changeHistoryKey } from './change-history-key.ts'
import { createKeyStore } from './key-store.ts'
import { fakeKeyring } from './testing/fake-keyring.ts'

let bundles = ''
beforeAll(async () => {
  bundles = await bundleForNode({ 'change-key': 'change-key/change-key-worker.ts' })
  return () => rmSync(bundles, { recursive: true })
})

async function newHistory() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-change-'))
  const keyFile = path.join(folder, 'keys.json')
  const file = path.join(folder, 'history.db')
  const keys = createKeyStore(keyFile, fakeKeyring('a'))
  await keys.openWithStoredKey(file, async (key) => {
    const db = openHistoryFile({ file, key })
    exchange(db, newConversation(db), 'question', 'answer')
    db.close()
  })
  return { keyFile, file, keys, former: keys.currentHistoryKey()?.toString('hex') }
}

/** As at the next start: with a store that knows only what is on the disk. Says which key opens it, and what is in it. */
async function openAgain({ keyFile, file }: { keyFile: string; file: string }) {
  const keys = createKeyStore(keyFile, fakeKeyring('a'))
  let messages: unknown
  await keys.openWithStoredKey(file, async (key) => {
    const db = openDatabase({ file, key, readonly: true })
    messages = db.prepare('SELECT count(*) FROM messages').pluck().get()
    db.close()
  })
  return { key: keys.currentHistoryKey()?.toString('hex'), messages }
}

describe('changing the key of the history', () => {
  it('leaves one stored key in front, which opens it', async () => {
    const history = await newHistory()
    const workerUrl = path.join(bundles, 'change-key.mjs')
    await changeHistoryKey({ ...history, workerUrl, nativeBinding: undefined })
    const { key, messages } = await openAgain(history)
    expect({ messages, isSame: key === history.keys.currentHistoryKey()?.toString('hex') }).toEqual({
      messages: 2,
      isSame: true,
    })
    expect(key).not.toBe(history.former)
    expect(JSON.parse(readFileSync(history.keyFile, 'utf8')).nextHistory).toBeNull()
  })

  it('is refused while the history has not been opened, and when the keyring would not take the new key', async () => {
    const history = await newHistory()
    const workerUrl = path.join(bundles, 'change-key.mjs')
    const unknown = createKeyStore(history.keyFile, fakeKeyring('a'))
    const change = { ...history, workerUrl, nativeBinding: undefined }
    await expect(changeHistoryKey({ ...change, keys: unknown })).rejects.toMatchObject({ code: 'history-unavailable' })
    const before = readFileSync(history.keyFile, 'utf8')
    const full = { ...fakeKeyring('a'), encrypt: () => Promise.reject(new Error('full')) }
    const refusing = createKeyStore(history.keyFile, full)
    await refusing.openWithStoredKey(history.file, async () => {})
    await expect(changeHistoryKey({ ...change, keys: refusing })).rejects.toMatchObject({ code: 'keyring-unavailable' })
    expect(readFileSync(history.keyFile, 'utf8')).toBe(before)
    expect(await openAgain(history)).toEqual({ key: history.former, messages: 2 })
  })

  it.each<[KeyChangeStep, 'former' | 'new']>([
    ['lock', 'former'],
    ['keep-next', 'former'],
    ['exchange', 'former'],
    ['promote', 'new'],
    ['promoted', 'new'],
  ])('can be killed before the step %s: the %s key, which is stored, opens it', async (step, which) => {
    const history = await newHistory()
    const program = path.join(import.meta.dirname, 'testing', 'change-key-until.ts')
    const { signal, stderr } = spawnSync(process.execPath, [program, history.keyFile, history.file, step], {
      encoding: 'utf8',
    })
    expect({ signal, stderr }).toEqual({ signal: 'SIGKILL', stderr: '' })
    const { key, messages } = await openAgain(history)
    expect({ messages, which: key === history.former ? 'former' : 'new' }).toEqual({ messages: 2, which })
    expect(await openAgain(history)).toEqual({ key, messages })
    expect(JSON.parse(readFileSync(history.keyFile, 'utf8')).nextHistory).toBeNull()
  })
})
