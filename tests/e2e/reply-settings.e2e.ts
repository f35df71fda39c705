// How the replies of one conversation are made, set by keyboard and mouse: what applies, what differs, what is refused.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setCapabilities } from '../../electron/history/capabilities.ts'
import { listEndpoints } from '../../electron/history/endpoints.ts'
import { setSettings } from '../../electron/history/settings.ts'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { bridgeCall } from './bridge-call.ts'
import { checkLook } from './check-look.ts'
import { type AlcovePage, alcovePage } from './page.ts'

const userData = mkdtempSync(join(tmpdir(), 'alcove-reply-settings-'))
let fake: FakeEndpoint
/** Tells nothing of windows. */
let mute: FakeEndpoint
let launched: LaunchedApp
let page: AlcovePage

beforeAll(async () => {
  fake = await startFakeEndpoint()
  mute = await startFakeEndpoint({ routes: { '/v1/models': { data: [{ id: 'mystery' }] }, '/props': {} } })
  seedHistory(userData, (db) => {
    seedEndpoint(db, fake.url)
    setSettings(db, { values: { sampling: { topP: 0.9, maxTokens: 512 } } })
    const endpointId = listEndpoints(db, {})[0]?.id ?? ''
    const facts = [{ name: 'refused-fields' as const, value: ['min_p', 'repeat_penalty'] }]
    setCapabilities(db, { endpointId, model: 'alcove-demo', source: 'learned', facts, now: Date.now() })
  })
  launched = await launchApp({ userData })
  page = alcovePage(launched.window)
  await page.emptyTranscript.waitFor()
})
afterAll(async () => {
  await launched.close()
  await Promise.all([fake.close(), mute.close()])
  rmSync(userData, { recursive: true, force: true })
})

const field = (name: string) => page.dialog.getByRole('textbox', { name, exact: true })
const picture = (state: string) => checkLook(launched, 'reply-settings', state)
const sent = () => fake.requests.findLast(({ path }) => path.endsWith('/chat/completions'))?.body

async function openByKey(): Promise<void> {
  await launched.window.keyboard.press('Control+Shift+M')
  await field(words.sampling.temperature).waitFor()
}

async function close(): Promise<void> {
  await launched.window.keyboard.press('Escape')
  await page.dialog.waitFor({ state: 'detached' })
}

it('says what applies where nothing is set, and what this server does not take', async () => {
  await openByKey()
  const placeholders = [words.sampling.topP, words.sampling.maxTokens, words.sampling.seed].map((name) =>
    field(name).getAttribute('placeholder'),
  )
  expect(await Promise.all(placeholders)).toEqual([
    '0.9, from the settings',
    '512, from the settings',
    words.sampling.leftToServer,
  ])
  // A setting with two names is lost only where both are refused.
  expect(await page.dialog.getByText(words.sampling.refused).count()).toBe(1)
  await picture('nothing-set')
})

it('keeps, marks and sends what is set by keyboard, and says what is out of range', async () => {
  const { keyboard } = launched.window
  await field(words.sampling.temperature).focus()
  await keyboard.type('0.3')
  await keyboard.press('Tab')
  // At once, while the first is still being saved.
  await keyboard.type('-1')
  await keyboard.press('Tab')
  await expect.poll(() => page.dialog.getByText(words.sampling.changed).count()).toBe(2)
  await field(words.sampling.stop).fill('END\n\\n\\nUser:')
  await field(words.sampling.topK).fill('-4')
  await field(words.sampling.topK).blur()
  await page.dialog.getByText('Enter a whole number from 0 to 1,000,000.').waitFor()
  await expect.poll(() => page.dialog.getByText(words.sampling.changed).count()).toBe(3)
  await field(words.sampling.temperature).scrollIntoViewIfNeeded()
  await picture('some-set')
  await field(words.sampling.topK).fill('')
  await page.dialog.getByRole('combobox', { name: words.sampling.reasoningEffort }).focus()
  await keyboard.press('Enter')
  await launched.window.getByRole('option', { name: words.sampling.effort.low }).waitFor()
  await picture('effort')
  await launched.window.getByRole('option', { name: words.sampling.effort.low }).click()
  await expect.poll(() => page.dialog.getByText(words.sampling.changed).count()).toBe(4)
  await close()
  await page.sendAndWait('With settings')
  expect(sent()).toMatchObject({ temperature: 0.3, top_p: 0.9, stop: ['END', '\n\nUser:'], reasoning_effort: 'low' })
  // -1 is no limit, which is said by saying nothing.
  expect(sent()).not.toHaveProperty('max_tokens')
})

it('goes back to the settings with one button, from the menu of the conversation', async () => {
  await page.more.click()
  await launched.window.getByRole('menuitem', { name: words.replySettings.open }).click()
  await page.dialog.getByRole('button', { name: words.replySettings.reset }).click()
  await expect.poll(() => page.dialog.getByText(words.sampling.changed).count()).toBe(0)
  await expect.poll(() => field(words.sampling.temperature).inputValue()).toBe('')
  await close()
  await page.sendAndWait('Without settings')
  expect(sent()).toMatchObject({ max_tokens: 512, top_p: 0.9 })
  expect(sent()).not.toHaveProperty('temperature')
})

it('tells from where the size of the window is known, and offers to set one that is guessed', async () => {
  const meter = launched.window.getByRole('button', { name: /^Next request/ })
  await meter.click()
  await launched.window.getByText(words.header.meterServer).waitFor()
  await picture('meter')
  await launched.window.keyboard.press('Escape')
  const fields = { name: 'Silent', kind: 'http', baseUrl: mute.url, key: null, defaultModel: 'mystery' } as const
  const { id } = await bridgeCall(launched.window, 'endpoints.create', { ...fields, windowTokens: null })
  await bridgeCall(launched.window, 'settings.update', { defaultEndpointId: id })
  await page.startConversation()
  await launched.window.getByRole('combobox', { name: /mystery, Silent/ }).waitFor()
  await page.composer.fill('How much can you read?')
  await launched.window.getByRole('button', { name: new RegExp(words.header.meterAssumed) }).click()
  await launched.window.getByText(words.header.meterAssumed).waitFor()
  await picture('meter-guess')
  await launched.window.getByRole('button', { name: words.header.meterSet }).click()
  await page.dialog.getByText('Silent', { exact: true }).waitFor()
})
