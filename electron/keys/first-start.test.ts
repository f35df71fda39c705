import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { createKeyStore } from './key-store.ts'
import { fakeKeyring } from './testing/fake-keyring.ts'

const PROCESSES = 20
const program = path.join(import.meta.dirname, 'testing', 'start-first.ts')

/** Resolves when the process is ready; `go` lets it start and resolves with what it has printed since. */
async function prepare(file: string, historyFile: string) {
  const child = spawn(process.execPath, [program, file, historyFile], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  const go = async () => {
    child.stdin.write('go')
    return await text(child.stdout)
  }
  return { go }
}

it('lets processes that start for the first time at once all open with the one key that is on the disk', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-first-'))
  const file = path.join(folder, 'keys.json')
  const historyFile = path.join(folder, 'history.db')
  const ready = await Promise.all(Array.from({ length: PROCESSES }, () => prepare(file, historyFile)))
  const keys = await Promise.all(ready.map(({ go }) => go()))
  const { key } = await createKeyStore(file, fakeKeyring('a')).getHistoryKey(historyFile)
  expect(keys).toEqual(Array.from({ length: PROCESSES }, () => key.toString('hex')))
  expect(readdirSync(folder).sort()).toEqual(['history.db', 'keys.json'])
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ nextHistory: null, formerHistory: [] })
}, 60_000)
