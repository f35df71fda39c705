// A disk that nothing can be written to, and one that is full: in the window, and without a restart.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { armFault, faultEnvironment } from '../faults/disk-shim.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { checkLook } from './check-look.ts'
import { answerSaveDialog } from './native-dialogs.ts'
import { alcovePage } from './page.ts'

const FOLDER_OPEN = 0o700
const FOLDER_CLOSED = 0o500

let outside: string
let userData: string
let launched: LaunchedApp | undefined

beforeEach(() => {
  outside = mkdtempSync(join(tmpdir(), 'alcove-disk-'))
  userData = join(outside, 'data')
  seedHistory(userData, (db) => {
    seedEndpoint(db, 'demo')
    for (const title of ['Sparrows', 'Finches']) seedConversation(db, title, [['Hello', 'Hello.']])
  })
})

afterEach(async () => {
  chmodSync(userData, FOLDER_OPEN)
  await launched?.close()
  launched = undefined
  rmSync(outside, { recursive: true, force: true })
})

async function open(env: Record<string, string> = {}) {
  launched = await launchApp({ userData, env })
  return { ...launched, page: alcovePage(launched.window) }
}

describe('a data folder that cannot be written to', () => {
  it('shows everything, says so, exports, and can be used again without a restart', async () => {
    // Once before: Chromium wants to have made its own files.
    await (await open()).close()
    chmodSync(join(userData, 'history.db'), 0o400)
    const before = readFileSync(join(userData, 'history.db'))
    const { app, window, page } = await open()
    const banner = window.getByText(words.history.readOnlyBanner)
    await banner.waitFor()
    await page.rows.filter({ hasText: 'Sparrows' }).click()
    await page.replies.last().getByText('Hello.').waitFor()
    expect(await page.composer.isEditable()).toBe(false)
    expect(await page.problem.count()).toBe(0)
    await checkLook(launched as LaunchedApp, 'full-disk', 'read-only')
    const exported = join(outside, 'all.json')
    await answerSaveDialog(app, exported)
    await page.exportEverything()
    expect(readFileSync(exported, 'utf8')).toContain('Finches')

    // The banner of the first try goes, and another one comes.
    await banner.evaluate((element) => element.setAttribute('data-former', ''))
    await window.getByRole('button', { name: words.common.retry }).click()
    await window.locator('output:not([data-former])', { hasText: words.history.readOnlyBanner }).waitFor()
    expect(readFileSync(join(userData, 'history.db')).equals(before)).toBe(true)
    chmodSync(join(userData, 'history.db'), 0o600)
    await window.getByRole('button', { name: words.common.retry }).click()
    await banner.waitFor({ state: 'detached' })
    await page.rows.filter({ hasText: 'Sparrows' }).click()
    await page.sendAndWait('written again')
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('alcove-read-only-'))).toEqual([])
  })

  it('opens for reading too when the whole folder is closed', async () => {
    await (await open()).close()
    chmodSync(userData, FOLDER_CLOSED)
    const { window, page } = await open()
    await window.getByText(words.history.readOnlyBanner).waitFor()
    await page.rows.filter({ hasText: 'Finches' }).click()
    await page.replies.last().getByText('Hello.').waitFor()
  })
})

describe('a full disk', () => {
  it('is told where a message is sent, keeps the text, and lets it be sent once there is space', async () => {
    const control = join(outside, 'control')
    armFault(control, undefined)
    // What is written goes here first; Chromium's own files are let alone.
    const folder = join(userData, 'history.db-wal')
    const { page, window } = await open(faultEnvironment({ folder, control }))
    await page.rows.filter({ hasText: 'Sparrows' }).click()
    await page.replies.last().getByText('Hello.').waitFor()
    armFault(control, { classes: ['write'], nth: 1, error: 'ENOSPC', forever: true })
    await page.composer.fill('not lost')
    await page.composer.press('Enter')
    await window.getByText('The disk is full', { exact: false }).first().waitFor()
    expect(await page.composer.inputValue()).toBe('not lost')
    await page.rows.filter({ hasText: 'Finches' }).click()
    await page.replies.last().getByText('Hello.').waitFor()
    armFault(control, undefined)
    await page.rows.filter({ hasText: 'Sparrows' }).click()
    await page.sendAndWait('not lost')
  })
})
