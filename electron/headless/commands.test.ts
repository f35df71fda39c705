import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openHistoryFile } from '../history/open-history-file.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { withoutLaterFields } from '../history/testing/later-fields.ts'
import { switchableFolder, temporaryFolder } from '../history/testing/small-disk.ts'
import { exchange, newConversation } from '../history/testing/temporary-history.ts'
import { createKeyStore } from '../keys/key-store.ts'
import { noKeyring } from '../keys/testing/fake-keyring.ts'
import { longConversation } from '../transfer/testing/long-conversation.ts'
import { exportText } from '../transfer/testing/transfer-in-process.ts'
import { runCommand } from './commands.ts'
import type { Place } from './open-reader.ts'
import type { Command } from './parse-command.ts'

const FIXTURE = path.join(import.meta.dirname, '../../tests/fixtures/histories/schema-1')

let bundleFolder = ''
beforeAll(async () => {
  bundleFolder = await bundleForNode({
    'bulk-worker': path.join(import.meta.dirname, '../transfer/bulk-worker.ts'),
    'history-worker': path.join(import.meta.dirname, '../history/worker.ts'),
  })
  // Under the names that the app's own build gives them.
  writeFileSync(path.join(bundleFolder, 'package.json'), '{"type":"module"}')
  for (const name of ['bulk-worker', 'history-worker']) {
    copyFileSync(path.join(bundleFolder, `${name}.mjs`), path.join(bundleFolder, `${name}.js`))
  }
  return () => rmSync(bundleFolder, { recursive: true })
})

const KEY = Buffer.alloc(32, 7)

function placeIn(dataFolder: string, values: Partial<Place> = {}): Place {
  const keys = createKeyStore(path.join(dataFolder, 'keys.json'), noKeyring)
  return { dataFolder, bundleFolder, nativeBinding: undefined, keys, takeLock: () => true, ...values }
}

function storeKey(dataFolder: string, key: Buffer): void {
  const history = { protection: 'file', backend: 'file', value: key.toString('base64') }
  writeFileSync(path.join(dataFolder, 'keys.json'), JSON.stringify({ version: 1, history, endpoints: {} }))
}

/** A data folder with one conversation in its history. Returns the text of its export. */
function fill(dataFolder: string): string {
  storeKey(dataFolder, KEY)
  const db = openHistoryFile({ file: path.join(dataFolder, 'history.db'), key: KEY })
  exchange(db, newConversation(db), 'question', 'answer')
  const text = exportText(db)
  db.close()
  return text
}

type Given = { [N in Command['name']]: Omit<Extract<Command, { name: N }>, 'recoveryCodeFile'> }[Command['name']]

function run(place: Place, command: Given, signal = new AbortController().signal) {
  const whole = { ...command, recoveryCodeFile: undefined } as Command
  return runCommand(whole, place, { signal, onProgress: () => undefined })
}

function exporting(file: string) {
  return { name: 'export' as const, file, format: 'alcove-json', compact: false }
}

describe('a command', () => {
  it('gives what it is asked for, of a history that is closed', async () => {
    const dataFolder = temporaryFolder()
    const text = fill(dataFolder)
    const place = placeIn(dataFolder)
    const target = path.join(temporaryFolder(), 'all.json')
    const results = [
      await run(place, exporting(target)),
      await run(place, { name: 'verify' }),
      await run(place, { name: 'stats' }),
      await run(place, { name: 'backup', folder: temporaryFolder() }),
      await run(place, { name: 'validate', file: target }),
      await run(place, { name: 'import', file: target }),
    ]
    expect(results.map(({ exitCode, report }) => [report.command, report.ok, exitCode])).toEqual(
      ['export', 'verify', 'stats', 'backup', 'validate', 'import'].map((name) => [name, true, 0]),
    )
    expect(readFileSync(target, 'utf8')).toBe(text)
    expect(results.at(-1)?.report).toMatchObject({ conversations: { imported: 0, unchanged: 1 } })
  })

  it('that writes changes nothing while Alcove is open, and makes no history', async () => {
    const dataFolder = temporaryFolder()
    const file = path.join(temporaryFolder(), 'in.json')
    writeFileSync(file, longConversation(10))
    const open = placeIn(dataFolder, { takeLock: () => false })
    const refused = await run(open, { name: 'import', file })
    expect({ exitCode: refused.exitCode, error: refused.report.error }).toEqual({
      exitCode: 3,
      error: { code: 'history-locked', message: expect.stringContaining('Alcove is open') },
    })
    expect(existsSync(path.join(dataFolder, 'history.db'))).toBe(false)
  })

  it('brings a history of an earlier version up to date as opening it does, but not while Alcove is open', async () => {
    const dataFolder = temporaryFolder()
    const own = path.join(dataFolder, 'history.db')
    for (const end of ['', '-wal']) copyFileSync(path.join(FIXTURE, `history.db${end}`), own + end)
    storeKey(dataFolder, Buffer.from(readFileSync(path.join(FIXTURE, 'key.hex'), 'utf8').trim(), 'hex'))
    const before = readFileSync(own)
    const target = path.join(temporaryFolder(), 'all.json')
    const refused = await run(placeIn(dataFolder, { takeLock: () => false }), exporting(target))
    expect({ exitCode: refused.exitCode, same: readFileSync(own).equals(before) }).toEqual({ exitCode: 3, same: true })
    // What needs no newer form is done as it stands.
    const sound = await run(placeIn(dataFolder, { takeLock: () => false }), { name: 'verify' })
    expect({ exitCode: sound.exitCode, same: readFileSync(own).equals(before) }).toEqual({ exitCode: 0, same: true })
    const done = await run(placeIn(dataFolder), exporting(target))
    expect({ exitCode: done.exitCode, backedUp: existsSync(path.join(dataFolder, 'backups')) }).toEqual({
      exitCode: 0,
      backedUp: true,
    })
    const exported = withoutLaterFields(readFileSync(target, 'utf8'))
    const same = exported === readFileSync(path.join(FIXTURE, 'export.json'), 'utf8')
    expect(same).toBe(true)
  })

  it('reads a history in a folder that nothing can be written into', async ({ skip }) => {
    const folder = switchableFolder()
    if (!folder) return skip('no folder can be closed to writing here')
    const dataFolder = path.join(folder.folder, 'data')
    mkdirSync(dataFolder)
    const text = fill(dataFolder)
    folder.setReadOnly(true)
    try {
      const target = path.join(temporaryFolder(), 'all.json')
      const results = [
        await run(placeIn(dataFolder), exporting(target)),
        await run(placeIn(dataFolder), { name: 'verify' }),
      ]
      expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0])
      expect(readFileSync(target, 'utf8')).toBe(text)
    } finally {
      folder.setReadOnly(false)
    }
  })

  it('that is cancelled says so and leaves no file', async () => {
    const dataFolder = temporaryFolder()
    fill(dataFolder)
    const target = path.join(temporaryFolder(), 'all.json')
    const { exitCode, report } = await run(placeIn(dataFolder), exporting(target), AbortSignal.abort())
    expect({ exitCode, error: report.error, file: existsSync(target) }).toMatchObject({
      exitCode: 1,
      error: { code: 'cancelled' },
      file: false,
    })
  })

  it('says of what went wrong inside no more than that', async () => {
    const keys = { openWithStoredKey: () => Promise.reject(new Error('SELECT secret')) }
    const dataFolder = temporaryFolder()
    fill(dataFolder)
    const { exitCode, report, sentence } = await run(placeIn(dataFolder, { keys }), { name: 'verify' })
    expect({ exitCode, code: (report.error as { code: string }).code }).toEqual({ exitCode: 1, code: 'unexpected' })
    expect(JSON.stringify(report) + sentence).not.toContain('secret')
  })
})
