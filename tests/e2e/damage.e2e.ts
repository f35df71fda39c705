import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { checkLook } from './check-look.ts'

const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }
const PAGE_BYTES = 4096
const TITLES = ['Sparrows', 'Finches', 'Owls', 'Wrens', 'Terns', 'Larks']
let folder: string
let launched: LaunchedApp | undefined

afterEach(async () => {
  await launched?.close()
  launched = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** A history with a kept header, and the page in the middle of its messages. */
function seed(): { file: string; messagesPage: number } {
  folder = mkdtempSync(join(tmpdir(), 'alcove-damage-'))
  seedHistory(folder, (db) => {
    seedEndpoint(db, 'demo')
    for (const title of TITLES) {
      const exchanges = Array.from({ length: 8 }, (_, turn): [string, string] => {
        return [`Question ${turn} about ${title}`, `Answer ${turn} about ${title}. `.repeat(12)]
      })
      seedConversation(db, title, exchanges)
    }
  })
  const keys = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as { history: { value: string } }
  const file = join(folder, 'history.db')
  const db = openHistoryFile({ file, key: Buffer.from(keys.history.value, 'base64') })
  const sql = "SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' ORDER BY path"
  const pages = db.prepare<[], number>(sql).pluck().all()
  db.close()
  const page = pages.at(-2)
  if (page === undefined) throw new Error('the history has too few pages')
  return { file, messagesPage: page }
}

function flipBit(file: string, offset: number): void {
  const handle = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(handle, byte, 0, 1, offset)
  writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, offset)
  closeSync(handle)
}

async function start() {
  launched = await launchApp({ userData: folder, env, args: ['--password-store=basic'] })
  return launched
}

describe('a damaged history', () => {
  it('is opened with a note in the place of each message that cannot be read', async () => {
    const { file, messagesPage } = seed()
    flipBit(file, (messagesPage - 1) * PAGE_BYTES + 2_000)
    const app = await start()
    await app.window
      .getByText(TITLES.at(-1) ?? '', { exact: true })
      .first()
      .click()
    const notes = app.window.getByText(words.transcript.unreadable)
    await expect.poll(() => notes.count(), { timeout: 20_000 }).toBeGreaterThan(0)
    await notes.first().scrollIntoViewIfNeeded()
    await checkLook(app, 'damage', 'unreadable-messages')
  })

  it('whose beginning is damaged is salvaged, says what is missing, and is open again', async () => {
    const { file, messagesPage } = seed()
    flipBit(file, 5)
    flipBit(file, (messagesPage - 1) * PAGE_BYTES + 2_000)
    const before = readFileSync(file)
    const app = await start()
    const { window } = app
    await window.getByRole('heading', { name: words.history.title.damaged }).waitFor()
    await checkLook(app, 'damage', 'damaged')
    await window.getByRole('button', { name: words.salvage.start, exact: true }).click()
    const open = window.getByRole('button', { name: words.salvage.openSalvaged })
    await open.waitFor()
    await checkLook(app, 'damage', 'salvaged')
    expect(readFileSync(join(folder, 'history.damaged-1.db')).equals(before)).toBe(true)
    await open.click()
    await window
      .getByText(TITLES.at(-1) ?? '', { exact: true })
      .first()
      .click()
    await expect.poll(() => window.getByText('This message was lost').count(), { timeout: 20_000 }).toBeGreaterThan(0)
    await checkLook(app, 'damage', 'lost-messages')
    expect(readdirSync(folder).filter((name) => name.includes('salvage'))).toEqual([])
  })
})
