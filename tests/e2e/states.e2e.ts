// Walks the states of the window in light, dark and narrow: each is pictured, and none may break a rule for all pages.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { allowPort } from '../setup/connect-log.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { checkLook } from './check-look.ts'
import { alcovePage } from './page.ts'

const RICH = `## Heading

Words with \`code\` and [a link](https://example.org/).

- one
- two

\`\`\`typescript
const line = '${'long '.repeat(40)}'
\`\`\`

| a | b |
|---|---:|
| ${'wide '.repeat(60)} | 2 |

- [x] done`
const ARABIC = 'شكراً جزيلاً لك على العناية بالحديقة.'
const LONG_TITLE = 'A title that is much longer than any line '.repeat(4)

type Opened = LaunchedApp & { page: ReturnType<typeof alcovePage>; faults: string[] }

let userData: string
let opened: Opened

/** Opens the app and notes whatever its window complains of. */
async function open(): Promise<Opened> {
  const launched = await launchApp({ userData })
  const faults: string[] = []
  const { window } = launched
  window.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  window.on('pageerror', (error) => faults.push(String(error)))
  return { ...launched, page: alcovePage(window), faults }
}

/** Pictures the page as it is now in each look, and checks it there. */
async function check(state: string): Promise<void> {
  await checkLook(opened, 'states', state)
  expect(opened.faults, state).toEqual([])
}

describe('a first start', () => {
  beforeAll(async () => {
    userData = mkdtempSync(join(tmpdir(), 'alcove-states-'))
    opened = await open()
  })
  afterAll(async () => {
    await opened.close()
    rmSync(userData, { recursive: true, force: true })
  })

  it('is in order, also after a test that failed', async () => {
    const { page, window } = opened
    await page.openDemo.waitFor()
    await check('first-run')
    allowPort(9)
    await window.getByRole('textbox', { name: words.endpoints.address }).fill('http://127.0.0.1:9/v1')
    await window.getByRole('button', { name: words.endpoints.connect }).click()
    await window.getByRole('button', { name: words.endpoints.useAnyway }).waitFor()
    await check('first-run-failed')
  })
})

describe('a history', () => {
  let fake: FakeEndpoint

  beforeAll(async () => {
    userData = mkdtempSync(join(tmpdir(), 'alcove-states-'))
    fake = await startFakeEndpoint()
    seedHistory(userData, (db) => {
      seedEndpoint(db, fake.url)
      seedConversation(db, 'Sparrows', [['Hello', 'Hello.']])
      seedConversation(db, LONG_TITLE, [
        ['Show everything', RICH],
        ['اكتب رسالة', ARABIC],
        ['京都', '京都で三日間。'],
      ])
    })
    opened = await open()
  })
  afterAll(async () => {
    await opened.close()
    await fake.close()
    rmSync(userData, { recursive: true, force: true })
  })

  it('is in order while nothing is written in a conversation and when much is', async () => {
    await opened.window.getByText(words.transcript.emptyTitle).waitFor()
    await check('empty-conversation')
    await opened.page.rows.filter({ hasText: LONG_TITLE.trim() }).click()
    await opened.page.replies.last().waitFor()
    await check('conversation')
  })

  it('is in order while a reply is written, and when it was stopped or failed', async () => {
    const { page, window } = opened
    const ask = async (text: string) => {
      await page.composer.fill(text)
      await page.composer.press('Enter')
    }
    await page.rows.filter({ hasText: 'Sparrows' }).click()
    fake.setFault({ type: 'silent' })
    await ask('Wait')
    await page.stop.waitFor()
    await check('waiting')
    await page.stop.click()
    await window.getByText(words.transcript.stoppedEmpty).waitFor()
    fake.setFault({ type: 'slow-tokens', tokensPerSecond: 20 })
    await ask('long')
    await page.replies.last().getByRole('heading').first().waitFor()
    await check('streaming')
    await page.stop.click()
    await page.continueReply.waitFor()
    await check('stopped')
    fake.setFault({ type: 'status', status: 401 })
    await ask('Fail')
    await page.replies.last().getByText(words.common.details).waitFor()
    await check('failed')
  })

  it('is in order in the menus, the dialogs and the settings', async () => {
    const { page, window } = opened
    await page.more.click()
    await window.getByRole('menu').waitFor()
    await check('menu')
    await window.getByRole('menuitem', { name: words.header.export }).click()
    await page.dialog.waitFor()
    await check('export')
    await window.keyboard.press('Escape')
    await page.sidebar.getByRole('button', { name: words.sidebar.settings }).click()
    for (const [section, name] of Object.entries(words.settings.section)) {
      await window.getByRole('tab', { name }).click()
      await window.getByRole('tabpanel', { name }).waitFor()
      if (section === 'endpoints' || section === 'conversations' || section === 'appearance') {
        await check(`settings-${section}`)
      }
    }
    await window.keyboard.press('Escape')
    await page.dialog.waitFor({ state: 'detached' })
  })

  it('is in order with an empty and a filled trash', async () => {
    const { page, window } = opened
    await page.sidebar.getByRole('button', { name: words.sidebar.trash }).click()
    await window.getByText(words.trash.emptyTitle).waitFor()
    await check('trash-empty')
    await page.rows.filter({ hasText: 'Sparrows' }).focus()
    await window.keyboard.press('Delete')
    await window.getByRole('button', { name: words.common.undo }).waitFor()
    await window.getByRole('button', { name: words.trash.restoreTitle.replace('{{title}}', 'Sparrows') }).waitFor()
    await check('trash-and-undo')
  })
})

describe('a history whose key is gone', () => {
  beforeAll(async () => {
    userData = mkdtempSync(join(tmpdir(), 'alcove-states-'))
    seedHistory(userData, () => {})
    writeFileSync(join(userData, 'keys.json'), JSON.stringify({ version: 1, history: null, endpoints: {} }))
    opened = await open()
  })
  afterAll(async () => {
    await opened.close()
    rmSync(userData, { recursive: true, force: true })
  })

  it('is told of in order', async () => {
    await opened.window.getByText(words.history.title.keyMissing).waitFor()
    await check('key-missing')
  })
})
