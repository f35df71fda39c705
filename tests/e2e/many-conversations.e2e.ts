import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { type AlcovePage, alcovePage } from './page.ts'

const COUNT = 1_000
const HOUR_MS = 3_600_000
/** Far more than fit on a screen, far fewer than there are. */
const MOST_ROWS_IN_PAGE = 120

const titleOf = (age: number) => `Conversation of age ${age}.`

describe('a thousand conversations', () => {
  const userData = mkdtempSync(join(tmpdir(), 'alcove-many-'))
  let fake: FakeEndpoint
  let launched: LaunchedApp
  let page: AlcovePage

  beforeAll(async () => {
    fake = await startFakeEndpoint({ tokensPerSecond: 15 })
    const now = Date.now()
    seedHistory(userData, (db) => {
      seedEndpoint(db, fake.url)
      for (let age = COUNT - 1; age >= 0; age--) {
        seedConversation(db, titleOf(age), [[`Question ${age}`, `Answer ${age}`]], now - age * 3 * HOUR_MS)
      }
    })
    launched = await launchApp({ userData })
    page = alcovePage(launched.window)
    await row(0).waitFor()
  })
  afterAll(async () => {
    await launched.close()
    await fake.close()
    rmSync(userData, { recursive: true, force: true })
  })

  const row = (age: number) => page.rows.filter({ hasText: titleOf(age) })

  async function expectFewRows(): Promise<void> {
    const count = await page.rows.count()
    expect(count).toBeGreaterThan(5)
    expect(count).toBeLessThan(MOST_ROWS_IN_PAGE)
  }

  it('stand under their days, and only those in sight are in the page', async () => {
    await expectFewRows()
    const { today, yesterday, previousDays } = words.sidebar.group
    const headings = await page.sidebar.getByRole('heading', { level: 2 }).allTextContents()
    expect(headings.slice(0, 3)).toEqual([today, yesterday, previousDays])
  })

  it('are reached to the last one by the keys, and back', async () => {
    await row(0).focus()
    await launched.window.keyboard.press('End')
    await expect.poll(() => row(COUNT - 1).evaluate((element) => element === document.activeElement)).toBe(true)
    await expectFewRows()
    await launched.window.keyboard.press('Enter')
    await page.messages.getByText(`Question ${COUNT - 1}`, { exact: true }).waitFor()
    await page.replies.getByText(`Answer ${COUNT - 1}`, { exact: true }).waitFor()
    await launched.window.keyboard.press('Home')
    await expect.poll(() => page.rows.first().evaluate((element) => element === document.activeElement)).toBe(true)
    await row(0).waitFor()
    await expectFewRows()
  })

  it('are reached to the last one by the wheel', async () => {
    await page.rows.first().hover()
    await expect
      .poll(async () => {
        await launched.window.mouse.wheel(0, 20_000)
        return row(COUNT - 1).isVisible()
      })
      .toBe(true)
    await expectFewRows()
    await row(COUNT - 1).click()
    await page.messages.getByText(`Question ${COUNT - 1}`, { exact: true }).waitFor()
  })

  it('may answer two at a time, each its own words, marked while writing and unread after', async () => {
    fake.setFault([
      { type: 'reply', text: 'alpha '.repeat(60) },
      { type: 'reply', text: 'beta '.repeat(60) },
    ])
    await page.startConversation()
    await page.composer.fill('First of two')
    await page.composer.press('Enter')
    await page.replies.getByText('alpha alpha').waitFor()
    await page.startConversation()
    await page.composer.fill('Second of two')
    await page.composer.press('Enter')
    await page.replies.getByText('beta beta').waitFor()
    const first = page.rows.filter({ hasText: 'First of two' })
    const second = page.rows.filter({ hasText: 'Second of two' })
    await first.getByText(words.sidebar.writing).waitFor({ state: 'attached' })
    await second.getByText(words.sidebar.writing).waitFor({ state: 'attached' })

    await page.finishedReplies.last().waitFor()
    await first.getByText(words.sidebar.unread).waitFor({ state: 'attached' })
    expect(await second.getByText(words.sidebar.unread).count()).toBe(0)
    expect(await wordsOf('Second of two')).toEqual(['beta'])
    await first.click()
    expect(await wordsOf('First of two')).toEqual(['alpha'])
    await first.getByText(words.sidebar.unread).waitFor({ state: 'detached' })
  })

  /** The different words of the one reply to this message, which is in front. */
  async function wordsOf(message: string): Promise<string[]> {
    await page.messages.getByText(message, { exact: true }).waitFor()
    const text = await page.finishedReplies.last().locator('p').first().textContent()
    return [...new Set((text ?? '').trim().split(/\s+/))]
  }
})
