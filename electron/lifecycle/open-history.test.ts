import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AppState } from '../../shared/record-types.ts'
import { openHistoryFile } from '../history/open-history-file.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { exchange, newConversation } from '../history/testing/temporary-history.ts'
import { createKeyStore } from '../keys/key-store.ts'
import { noKeyring } from '../keys/testing/fake-keyring.ts'
import { createHistoryHolder, type HistoryHolder } from './open-history.ts'

vi.mock('../log.ts', () => {
  const quiet = () => undefined
  return { log: { info: quiet, slow: quiet, failed: quiet, exception: quiet } }
})

let bundleFolder = ''
let holder: HistoryHolder | undefined
beforeAll(async () => {
  bundleFolder = await bundleForNode({ 'history-worker': 'worker.ts' })
  // As in the app's own bundle.
  renameSync(path.join(bundleFolder, 'history-worker.mjs'), path.join(bundleFolder, 'history-worker.js'))
  writeFileSync(path.join(bundleFolder, 'package.json'), '{"type":"module"}')
  return () => rmSync(bundleFolder, { recursive: true })
})
afterEach(async () => {
  await holder?.close()
  holder = undefined
})

/** A history whose key is not stored, and a holder that has found that out. */
async function keyless(key = randomBytes(32)) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-holder-'))
  const file = path.join(folder, 'history.db')
  const db = openHistoryFile({ file, key })
  exchange(db, newConversation(db), 'question', 'answer')
  db.close()
  return { folder, file, key, ...(await holderOf(folder)) }
}

async function holderOf(folder: string) {
  const states: AppState['history']['state'][] = []
  const keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  const created = createHistoryHolder({
    file: path.join(folder, 'history.db'),
    keys,
    bundleFolder,
    nativeBinding: undefined,
    onState: ({ state }) => void states.push(state),
    onReplyCount: () => undefined,
  })
  holder = created
  await created.open()
  return { holder: created, states, keys }
}

function fingerprint(folder: string): Record<string, string> {
  const names = readdirSync(folder).sort()
  const hash = (name: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(folder, name)))
      .digest('hex')
  return Object.fromEntries(names.map((name) => [name, hash(name)]))
}

describe('a history whose key is not there', () => {
  it('stays as it is, on the same page, when a wrong key is brought', async () => {
    const { folder, holder: held, states } = await keyless()
    const before = { files: fingerprint(folder), state: held.state(), told: states.length }
    await expect(held.openWithKey(randomBytes(32))).rejects.toMatchObject({ code: 'history-key-wrong' })
    expect({ files: fingerprint(folder), state: held.state(), told: states.length }).toEqual(before)
    expect(before.state).toMatchObject({ state: 'failed', remedies: ['retry', 'recovery-code'] })
  })

  it('is open with the right key, and from then on', async () => {
    const { folder, key, holder: held } = await keyless()
    await held.openWithKey(key)
    expect(held.state()).toMatchObject({ state: 'open', keyProtection: 'file' })
    expect(await held.get().history.listConversations({ view: 'active', cursor: null, limit: 10 })).toMatchObject({
      total: 1,
    })
    await expect(held.openWithKey(key)).rejects.toMatchObject({ code: 'conflict' })
    await held.close()
    expect((await holderOf(folder)).holder.state()).toMatchObject({ state: 'open', keyProtection: 'file' })
  })

  it('is not made anew from a code when there is no history at all', async () => {
    const { folder, file, holder: held } = await keyless()
    rmSync(file)
    const before = fingerprint(folder)
    await expect(held.openWithKey(randomBytes(32))).rejects.toMatchObject({ code: 'history-unavailable' })
    expect(fingerprint(folder)).toEqual(before)
  })

  it('is opened once by those who ask at the same time', async () => {
    const { key, holder: held, states } = await keyless()
    const before = states.length
    await Promise.all([held.open(), held.openWithKey(key), held.open()])
    expect(states.slice(before)).toEqual(['opening', 'failed', 'open'])
  })
})
