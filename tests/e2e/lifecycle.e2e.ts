import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { appFolder, electronExecutable, type LaunchedApp, launchApp, sandboxBase } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { alcovePage } from './page.ts'

let userData: string
let fake: FakeEndpoint
let launched: LaunchedApp | undefined

beforeEach(async () => {
  userData = mkdtempSync(join(tmpdir(), 'alcove-life-'))
  fake = await startFakeEndpoint({ fault: { type: 'slow-tokens', tokensPerSecond: 20 } })
  seedHistory(userData, (db) => seedEndpoint(db, fake.url))
})

afterEach(async () => {
  await launched?.close().catch(() => {})
  launched = undefined
  await fake.close()
  rmSync(userData, { recursive: true, force: true })
})

async function open() {
  launched = await launchApp({ userData })
  return { ...launched, page: alcovePage(launched.window) }
}

/** Starts the app again and opens the conversation of the long reply. */
async function reopen() {
  const opened = await open()
  await opened.page.rows.filter({ hasText: 'long' }).click()
  return opened
}

/** Asks for a long reply and waits until some of it is on the screen and, a moment later, on disk. */
async function streamSome() {
  const opened = await open()
  const { page, window } = opened
  await page.composer.fill('long')
  await page.composer.press('Enter')
  await page.stop.waitFor()
  await expect.poll(async () => (await page.replies.last().textContent())?.length ?? 0).toBeGreaterThan(60)
  const seen = (await page.replies.last().locator('p').first().textContent()) ?? ''
  await window.waitForTimeout(600)
  return { ...opened, seen }
}

function ended(app: LaunchedApp['app']): Promise<[number | null, string | null]> {
  return once(app.process(), 'exit') as Promise<[number | null, string | null]>
}

describe('a reply that is being written', () => {
  it('survives kill -9 as interrupted, with its text, and can be continued or made anew', async () => {
    const { app, seen } = await streamSome()
    const exit = ended(app)
    app.process().kill('SIGKILL')
    await exit
    const { page } = await reopen()
    await page.replies.last().getByText(seen.slice(0, 30), { exact: false }).first().waitFor()
    await page.continueReply.waitFor()
    await page.regenerate.first().waitFor()
    expect(await page.stop.count()).toBe(0)
    fake.setFault({ type: 'reply', text: ' And so it ended.' })
    await page.continueReply.click()
    await page.finishedReplies.last().getByText('And so it ended.').waitFor()
    expect(await page.replies.count()).toBe(1)
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'is saved on %s, which ends the app with 0 and closes the socket',
    async (signal) => {
      const { app, seen } = await streamSome()
      const exit = ended(app)
      app.process().kill(signal)
      expect(await exit).toEqual([0, null])
      await fake.whenDisconnected()
      const { page } = await reopen()
      await page.replies.last().getByText(seen.slice(0, 30), { exact: false }).first().waitFor()
      await page.continueReply.waitFor()
    },
  )

  it('goes on while the window is reloaded', async () => {
    const { window } = await streamSome()
    await window.reload()
    const page = alcovePage(window)
    await page.rows.filter({ hasText: 'long' }).click()
    await page.stop.waitFor()
    const length = (await page.replies.last().textContent())?.length ?? 0
    await expect.poll(async () => (await page.replies.last().textContent())?.length ?? 0).toBeGreaterThan(length)
    await page.stop.click()
    await fake.whenDisconnected()
    await page.finishedReplies.last().waitFor()
  })

  it('goes on after the last window is closed, and the process ends when it is saved', async () => {
    const { app, window, page } = await open()
    fake.setFault({ type: 'slow-tokens', tokensPerSecond: 200 })
    await page.composer.fill('long')
    await page.composer.press('Enter')
    await page.stop.waitFor()
    const exit = ended(app)
    await window.evaluate(() => window.close())
    expect((await exit)[0]).toBe(0)
    const again = await reopen()
    await again.page.finishedReplies.last().waitFor()
    expect(await again.page.continueReply.count()).toBe(0)
  })

  it('can be told to stop: the socket closes and the text stays', async () => {
    const { page, seen } = await streamSome()
    await page.stop.click()
    await fake.whenDisconnected()
    await page.finishedReplies.last().getByText(seen.slice(0, 30), { exact: false }).first().waitFor()
    await page.continueReply.waitFor()
  })
})

describe('the menu', () => {
  it('asks before it quits while a reply is being written, and stays when told so', async () => {
    const { app, page } = await streamSome()
    const asked = await app.evaluate(async ({ app: main, dialog }) => {
      const questions: string[] = []
      dialog.showMessageBox = (async (...given: unknown[]) => {
        questions.push((given.at(-1) as { message: string }).message)
        return { response: 1, checkboxChecked: false }
      }) as typeof dialog.showMessageBox
      main.quit()
      await new Promise((resolve) => setTimeout(resolve, 200))
      return questions
    })
    expect(asked).toEqual(['A reply is still being written.'])
    await page.stop.waitFor()
  })
})

describe('a second start', () => {
  it('leaves at once and brings the first window to the front', async () => {
    const { app, userData: folder } = await open()
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
    const flags = [`--user-data-dir=${folder}`, '--disable-gpu', ...(sandboxBase === 'none' ? ['--no-sandbox'] : [])]
    const second = spawn(electronExecutable(), [...flags, appFolder], { stdio: 'ignore' })
    const [code] = await once(second, 'exit')
    expect(code).toBe(0)
    await expect
      .poll(() =>
        app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isMinimized())),
      )
      .toEqual([false])
  })
})
