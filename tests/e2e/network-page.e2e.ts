// The page that lists every connection, and the rules for them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { bridgeCall } from './bridge-call.ts'
import { checkLook } from './check-look.ts'
import { alcovePage } from './page.ts'

const userData = mkdtempSync(join(tmpdir(), 'alcove-network-page-'))
let fake: FakeEndpoint
let launched: LaunchedApp

beforeAll(async () => {
  fake = await startFakeEndpoint()
  seedHistory(userData, (db) => {
    seedEndpoint(db, 'demo')
  })
  launched = await launchApp({ userData })
  await launched.window.getByText(words.transcript.emptyTitle).waitFor()
  await launched.window.keyboard.press('Control+,')
  await dialog().getByRole('tab', { name: words.settings.section.network }).click()
})
afterAll(async () => {
  await launched.close()
  await fake.close()
  rmSync(userData, { recursive: true, force: true })
})

const dialog = () => alcovePage(launched.window).dialog
const rows = () => dialog().locator('tbody tr')
const testAddress = (baseUrl: string) => bridgeCall(launched.window, 'endpoints.testAddress', { baseUrl, key: null })

it('says that nothing was contacted, as the built-in demo is no connection', async () => {
  await dialog().getByText(words.network.empty).waitFor()
  await checkLook(launched, 'network-page', 'empty')
})

it('lists a connection while the page is open, with why it was made and what it carried', async () => {
  await testAddress(fake.url)
  await expect.poll(() => rows().count()).toBeGreaterThan(1)
  await expect.poll(() => rows().last().textContent()).toContain(words.network.outcome.done)
  const text = await rows().last().textContent()
  expect(text).toContain(`127.0.0.1:${fake.port}`)
  expect(text).toContain(words.network.purpose.test)
  const listed = await bridgeCall(launched.window, 'network.list', {})
  // The page hears of new ones twice a second at most.
  await expect.poll(() => rows().count()).toBe(listed.total)
  await checkLook(launched, 'network-page', 'connections')
})

it('keeps the rule that nothing leaves this computer, and says so where one was refused', async () => {
  const only = dialog().getByRole('switch', { name: words.network.thisMachineOnly })
  await only.focus()
  await only.press('Space')
  await expect.poll(async () => (await bridgeCall(launched.window, 'settings.get', {})).thisMachineOnly).toBe(true)
  // An address for documentation (RFC 5737), which nobody has.
  const test = await testAddress('http://192.0.2.1:8080/v1')
  expect(test.error?.code).toBe('endpoint-elsewhere')
})

it('takes a proxy, and none that could not be one', async () => {
  const field = dialog().getByRole('textbox', { name: words.network.proxy })
  await field.fill('socks5://127.0.0.1:1080')
  await field.press('Tab')
  await dialog().getByText(words.network.proxyWrong).waitFor()
  await checkLook(launched, 'network-page', 'proxy-refused')
  await field.fill('http://127.0.0.1:3128')
  await field.press('Tab')
  await expect
    .poll(async () => (await bridgeCall(launched.window, 'settings.get', {})).proxyUrl)
    .toBe('http://127.0.0.1:3128')
  await field.fill('')
  await field.press('Tab')
  await expect.poll(async () => (await bridgeCall(launched.window, 'settings.get', {})).proxyUrl).toBeNull()
})

it('has the settings of titles, background work and replies beside it', async () => {
  await dialog().getByRole('tab', { name: words.settings.section.conversations }).click()
  await dialog().getByRole('radio', { name: words.settings.titles.model }).click()
  await expect.poll(async () => (await bridgeCall(launched.window, 'settings.get', {})).titles).toBe('model')
  await dialog().getByRole('combobox', { name: words.settings.background.endpoint }).click()
  await launched.window.getByRole('option', { name: 'Test' }).click()
  await dialog().getByRole('combobox', { name: words.settings.background.model }).waitFor()
  await dialog().getByRole('combobox', { name: words.settings.background.endpoint }).scrollIntoViewIfNeeded()
  await checkLook(launched, 'network-page', 'conversations')
})

it('is reached from what is said of privacy', async () => {
  await dialog().getByRole('tab', { name: words.settings.section.privacy }).click()
  await dialog().getByRole('button', { name: words.privacy.showNetwork }).click()
  await dialog().getByRole('tabpanel', { name: words.settings.section.network }).waitFor()
})
