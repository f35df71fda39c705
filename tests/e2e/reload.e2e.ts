import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { answerSaveDialog } from './native-dialogs.ts'
import { type AlcovePage, alcovePage } from './page.ts'

let userData: string
let exportFolder: string
let fake: FakeEndpoint
let launched: LaunchedApp
let page: AlcovePage

beforeEach(async () => {
  userData = mkdtempSync(join(tmpdir(), 'alcove-reload-'))
  exportFolder = mkdtempSync(join(tmpdir(), 'alcove-export-'))
  fake = await startFakeEndpoint()
  seedHistory(userData, (db) => {
    seedEndpoint(db, fake.url)
    seedConversation(db, 'Here before', [['Old question', 'Old answer']])
  })
  launched = await launchApp({ userData })
  page = alcovePage(launched.window)
})
afterEach(async () => {
  await launched.close()
  await fake.close()
  for (const folder of [userData, exportFolder]) rmSync(folder, { recursive: true, force: true })
})

/** Runs in the page that stands in the window now; Playwright's own page does not outlive a crash. */
function inPage<Value>(script: string): Promise<Value> {
  return launched.app.evaluate(({ BrowserWindow }, code) => {
    return BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code) as Promise<Value>
  }, script)
}

describe('a window whose process dies', () => {
  it('comes back by itself, and the reply goes on where it was', async () => {
    fake.setFault({ type: 'slow-tokens', tokensPerSecond: 20 })
    await page.composer.fill('long')
    await page.composer.press('Enter')
    await page.replies.last().locator('p').first().waitFor()
    await launched.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      return new Promise<void>((resolve) => {
        contents?.once('did-finish-load', () => resolve())
        contents?.forcefullyCrashRenderer()
      })
    })
    const row = `[...document.querySelectorAll('[data-conversation]')].find((row) => row.textContent.startsWith('long'))`
    await expect.poll(() => inPage(`Boolean(${row})`)).toBe(true)
    await inPage(`${row}.click()`)
    const length = () => inPage<number>(`document.querySelector('article[aria-busy=true]')?.textContent.length ?? 0`)
    await expect.poll(length).toBeGreaterThan(60)
    const sofar = await length()
    await expect.poll(length).toBeGreaterThan(sofar)
    expect(fake.requests.filter(({ path }) => path.endsWith('/chat/completions'))).toHaveLength(1)
  })
})

describe('a reloaded window', () => {
  it('still has what was half written', async () => {
    await page.rows.filter({ hasText: 'Here before' }).click()
    await page.messages.getByText('Old question', { exact: true }).waitFor()
    await page.composer.fill('half of a thought')
    await page.composer.blur()
    await launched.window.reload()
    page = alcovePage(launched.window)
    await page.rows.filter({ hasText: 'Here before' }).click()
    await expect.poll(() => page.composer.inputValue()).toBe('half of a thought')
  })
})

describe('an export', () => {
  it('whose dialog is closed, or that is meant for the data folder, writes nothing; another folder is then taken', async () => {
    const before = readdirSync(userData)
    const chooseWhere = page.dialog.getByRole('button', { name: words.transfer.chooseWhere })
    await answerSaveDialog(launched.app, null)
    await page.rows.filter({ hasText: 'Here before' }).click()
    await launched.window.keyboard.press('Control+Shift+E')
    await chooseWhere.click()
    await page.dialog.getByText(words.transfer.choosing).waitFor({ state: 'detached' })

    await answerSaveDialog(launched.app, join(userData, 'chosen.json'))
    await chooseWhere.click()
    await page.dialog.getByText('Choose another folder, then export again.').waitFor()
    expect(readdirSync(userData)).toEqual(before)

    await answerSaveDialog(launched.app, join(exportFolder, 'chosen.json'))
    await page.dialog.getByRole('button', { name: words.common.retry }).click()
    await page.dialog.getByRole('button', { name: words.transfer.showFile }).waitFor()
    expect(readdirSync(exportFolder)).toEqual(['chosen.json'])
  })
})
