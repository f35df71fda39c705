// A title that the model makes comes in a pause, and gives way to the person; in the real window, with the real pause.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { type AlcovePage, alcovePage } from './page.ts'

const QUESTION = 'When do the cherries bloom there?'
const TITLE = 'Cherry blossoms in Kyoto'

const userData = mkdtempSync(join(tmpdir(), 'alcove-titles-'))
let fake: FakeEndpoint
let launched: LaunchedApp
let page: AlcovePage

beforeAll(async () => {
  fake = await startFakeEndpoint()
  seedHistory(userData, (db) => seedEndpoint(db, fake.url))
  launched = await launchApp({ userData })
  page = alcovePage(launched.window)
})
afterAll(async () => {
  await launched.close()
  await fake.close()
  rmSync(userData, { recursive: true, force: true })
})

const chats = () => fake.requests.filter(({ path }) => path.endsWith('/chat/completions'))

it('gives way to somebody who writes, and names the conversation in the next pause', async () => {
  fake.setFault([{ type: 'reply', text: 'At the end of March.' }, { type: 'silent' }])
  await page.startConversation()
  await page.sendAndWait(QUESTION)
  await page.rows.getByText(QUESTION).waitFor()

  await expect.poll(() => chats().length, { timeout: 60_000 }).toBe(2)
  expect(fake.openConnections()).toBe(1)
  fake.setFault({ type: 'reply', text: `**Title:** "${TITLE}"` })
  await page.composer.fill('And in')
  await expect.poll(() => fake.openConnections(), { timeout: 10_000 }).toBe(0)
  expect(chats().length).toBe(2)

  await page.rows.getByText(TITLE, { exact: true }).waitFor({ timeout: 60_000 })
  await page.title.getByText(TITLE).waitFor()
  expect(await page.composer.inputValue()).toBe('And in')
})
