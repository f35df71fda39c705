// Which model answers, out of many at several endpoints, some of them down: pictured, by mouse and by keyboard.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import words from '../../shared/messages/en.json' with { type: 'json' }
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedConversation, seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { bridgeCall } from './bridge-call.ts'
import { checkLook } from './check-look.ts'
import { type AlcovePage, alcovePage } from './page.ts'

const LONG_NAME = `qwen3-coder-${'that-goes-on-'.repeat(6)}Q4_K_M.gguf`
const MANY = [...Array.from({ length: 200 }, (_, index) => `model-${index}-instruct`), LONG_NAME]
const listOf = (ids: readonly string[]) => ({
  '/v1/models': { object: 'list', data: ids.map((id) => ({ id, object: 'model', meta: { n_ctx: 8_192 } })) },
})

const userData = mkdtempSync(join(tmpdir(), 'alcove-model-picker-'))
let small: FakeEndpoint
let large: FakeEndpoint
let launched: LaunchedApp
let page: AlcovePage

beforeAll(async () => {
  small = await startFakeEndpoint({ routes: listOf(['alcove-demo', 'alcove-other']) })
  large = await startFakeEndpoint({ routes: listOf(MANY) })
  seedHistory(userData, (db) => {
    seedEndpoint(db, small.url)
    seedConversation(db, 'Sparrows', [['Hello', 'Hello.']])
  })
  launched = await launchApp({ userData })
  page = alcovePage(launched.window)
  await page.rows.filter({ hasText: 'Sparrows' }).click()
  await page.replies.last().waitFor()
})
afterAll(async () => {
  await launched.close()
  await Promise.all([small.close(), large.close()])
  rmSync(userData, { recursive: true, force: true })
})

const chip = () => launched.window.getByRole('combobox', { name: words.header.model })
const list = () => launched.window.getByRole('listbox')
const options = () => list().getByRole('option')
const filter = () => launched.window.getByRole('combobox', { name: words.header.filterModels })
const picture = (state: string) => checkLook(launched, 'model-picker', state)

async function addEndpoint(name: string, baseUrl: string): Promise<string> {
  const fields = { name, kind: 'http', baseUrl, key: null, defaultModel: null, windowTokens: null } as const
  return (await bridgeCall(launched.window, 'endpoints.create', fields)).id
}

it('changes the model in the middle of a conversation with one click', async () => {
  await chip().click()
  await options().filter({ hasText: 'alcove-other' }).waitFor()
  await picture('few')
  await options().filter({ hasText: 'alcove-other' }).click()
  await chip().filter({ hasText: 'alcove-other' }).waitFor()
  await list().waitFor({ state: 'detached' })
  await page.sendAndWait('Which model are you?')
  expect(small.requests.at(-1)?.body).toMatchObject({ model: 'alcove-other' })
})

it('finds one of many models by keyboard, while another endpoint is down and can be asked again', async () => {
  const { window } = launched
  await addEndpoint('A server under the desk with a long name that nobody shortened', large.url)
  const gone = await startFakeEndpoint()
  await gone.close()
  await addEndpoint('Laptop', gone.url)
  await chip().focus()
  await window.keyboard.press('Enter')
  await options().nth(150).waitFor({ state: 'attached' })
  await filter().waitFor()
  await window.getByRole('button', { name: 'Try again: Laptop' }).scrollIntoViewIfNeeded()
  await picture('many')
  await filter().pressSequentially('coder q4')
  await expect.poll(() => options().count()).toBe(1)
  await picture('found')
  await window.keyboard.press('Enter')
  await chip().filter({ hasText: LONG_NAME }).waitFor()
  await picture('long-name')
})

it('says when nothing matches, and when the endpoint of a conversation is gone', async () => {
  const { window } = launched
  await chip().click()
  await filter().fill('nothing like this')
  await window.getByText(words.header.noModelFound).waitFor()
  await picture('nothing-found')
  await window.keyboard.press('Escape')
  await window.keyboard.press('Escape')
  await list().waitFor({ state: 'detached' })
  const desk = (await bridgeCall(window, 'endpoints.list', {})).find(({ name }) => name.startsWith('A server'))
  await bridgeCall(window, 'endpoints.delete', { endpointId: desk?.id ?? '' })
  await window.getByText(words.composer.endpointGone.replace('{{endpoint}}', 'Test')).waitFor()
  await picture('endpoint-gone')
  await chip().click()
  await options().filter({ hasText: 'alcove-demo' }).click()
  await window.getByText(words.composer.endpointGone.replace('{{endpoint}}', 'Test')).waitFor({ state: 'detached' })
})

it('says in a notice why nothing was sent once no endpoint is left, and that can be closed with keys', async () => {
  const { window } = launched
  for (const { id } of await bridgeCall(window, 'endpoints.list', {})) {
    await bridgeCall(window, 'endpoints.delete', { endpointId: id })
  }
  await window.getByRole('button', { name: words.header.noEndpoint }).waitFor()
  await page.regenerate.last().click()
  const notice = window.getByRole('alertdialog')
  await notice.waitFor()
  await picture('no-endpoint-notice')
  await notice.getByRole('button', { name: words.common.close }).focus()
  await window.keyboard.press('Enter')
  await notice.waitFor({ state: 'detached' })
})
