// What the settings tell of an endpoint, and how it is told what the person knows: pictured, by mouse and by keyboard.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createTlsServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDemoHandler } from '../../electron/endpoint/demo/demo-handler.ts'
import { type Fact, setCapabilities } from '../../electron/history/capabilities.ts'
import { listEndpoints } from '../../electron/history/endpoints.ts'
import { knownServers } from '../../shared/known-servers.ts'
import words from '../../shared/messages/en.json' with { type: 'json' }
import type { Endpoint } from '../../shared/record-types.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { makeCertificate } from '../fakes/make-certificate.ts'
import { allowPort } from '../setup/connect-log.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { bridgeCall } from './bridge-call.ts'
import { checkLook } from './check-look.ts'
import { alcovePage } from './page.ts'

const MODEL = 'alcove-demo'
const LONG_NAME = `a-model-with-a-very-long-name-${'that-goes-on-'.repeat(8)}Q4_K_M.gguf`
const ROUTES = {
  '/v1/models': {
    object: 'list',
    data: [
      { id: MODEL, object: 'model', meta: { n_ctx: 8_192 } },
      { id: LONG_NAME, object: 'model' },
    ],
  },
}
const HOUR_MS = 3_600_000

const userData = mkdtempSync(join(tmpdir(), 'alcove-endpoint-settings-'))
let fake: FakeEndpoint
let launched: LaunchedApp

beforeAll(async () => {
  fake = await startFakeEndpoint({ routes: ROUTES })
  seedHistory(userData, (db) => {
    seedEndpoint(db, fake.url)
    const endpointId = listEndpoints(db, {})[0]?.id ?? ''
    const about = { endpointId, model: MODEL, now: Date.now() - HOUR_MS }
    const told: Fact[] = [
      { name: 'window', value: 8_192 },
      { name: 'trained-window', value: 131_072 },
      { name: 'token-count', value: '/tokenize' },
      { name: 'images', value: false },
    ]
    const learned: Fact[] = [
      { name: 'cancel', value: true },
      { name: 'streaming', value: true },
      { name: 'prefill-speed', value: 412.6 },
      { name: 'token-ratio', value: 1.08 },
      { name: 'refused-fields', value: ['min_p', 'repeat_penalty'] },
    ]
    setCapabilities(db, { ...about, source: 'server', facts: told })
    setCapabilities(db, { ...about, source: 'learned', facts: learned })
  })
  launched = await launchApp({ userData })
  await launched.window.getByText(words.transcript.emptyTitle).waitFor()
  await openSettings()
  await dialog().getByRole('button', { name: 'Edit Test' }).click()
  await dialog().getByText(words.capabilities.checkHint).waitFor()
})
afterAll(async () => {
  await launched.close()
  await fake.close()
  rmSync(userData, { recursive: true, force: true })
})

const dialog = () => alcovePage(launched.window).dialog
const openSettings = () => launched.window.keyboard.press('Control+,')
const stored = async () => (await bridgeCall(launched.window, 'endpoints.list', {}))[0] as Endpoint
const row = (name: string) => dialog().locator(`[data-capability="${name}"]`)

async function picture(state: string, at: { scrollIntoViewIfNeeded(): Promise<void> }): Promise<void> {
  await at.scrollIntoViewIfNeeded()
  await checkLook(launched, 'endpoint-settings', state)
}

it('says of each thing whether the model can do it, and how that is known', async () => {
  const states = ['yes', 'no', 'fact', 'unknown'].map((state) =>
    dialog().locator(`[data-capability][data-state="${state}"]`).count(),
  )
  expect(await Promise.all(states)).toEqual([3, 1, 5, 6])
  expect(await row('cancel').textContent()).toContain('learned from an answer, 1 hour ago')
  await dialog()
    .getByText('8,192 tokens of context are loaded, told by the server. The model was trained for')
    .waitFor()
  await dialog().getByRole('button', { name: words.settings.test }).click()
  const tested = dialog().getByRole('status').filter({ hasText: 'models' })
  await tested.waitFor()
  await picture('card', tested)
  await picture('report', row('refused-fields'))
})

it('takes a window for one model by hand, and takes it back', async () => {
  const field = dialog().getByRole('textbox', { name: words.capabilities.windowByHand })
  await field.fill('16384')
  await field.press('Tab')
  await dialog().getByText('16,384 tokens of context, set by you.').waitFor()
  await field.fill('')
  await field.press('Tab')
  await dialog().getByText('8,192 tokens of context are loaded, told by the server.').waitFor()
})

it('keeps patience and the way of streaming, by keyboard alone', async () => {
  const fold = dialog().getByText(words.endpoints.advanced, { exact: true })
  await fold.focus()
  await fold.press('Enter')
  const streaming = dialog().getByRole('switch', { name: words.endpoints.streaming })
  await streaming.focus()
  await streaming.press('Space')
  const firstByte = dialog().getByRole('textbox', { name: words.endpoints.waits.firstByteSeconds })
  await firstByte.fill('300')
  await firstByte.press('Tab')
  await expect
    .poll(async () => {
      const { streaming: isStreaming, waits } = await stored()
      return { isStreaming, waits }
    })
    .toEqual({ isStreaming: false, waits: { firstByteSeconds: 300 } })
  const idle = dialog().getByRole('textbox', { name: words.endpoints.waits.idleSeconds })
  await idle.fill('0')
  await idle.press('Tab')
  await dialog().getByText('Enter a whole number from 1 to 86,400.').waitFor()
  await picture('advanced', idle)
  await idle.fill('')
  await idle.press('Tab')
})

it('shows a model of which nothing is known, with a name that is longer than the card', async () => {
  await dialog().getByRole('combobox', { name: words.capabilities.model, exact: true }).click()
  await launched.window.getByRole('option', { name: LONG_NAME }).click()
  await dialog().getByText(words.capabilities.window.unknown).waitFor()
  await picture('unknown-model', row('window'))
})

it('tries out what a model can do when it is asked to, and keeps what it learns', async () => {
  await dialog().getByRole('combobox', { name: words.capabilities.model, exact: true }).click()
  await launched.window.getByRole('option', { name: MODEL }).click()
  await dialog().getByRole('button', { name: words.capabilities.check }).click()
  const checked = dialog().getByText(words.capabilities.checked)
  const ended = checked.or(dialog().getByRole('alert'))
  await ended.waitFor({ timeout: 90_000 })
  expect(await ended.textContent()).toBe(words.capabilities.checked)
  await row('usage').and(launched.window.locator('[data-state=yes]')).waitFor()
  await picture('checked', checked)
})

it('warns of a window that is too small for the settings, and says how it is raised', async () => {
  const small = await startFakeEndpoint({
    routes: { '/v1/models': { data: [{ id: MODEL, meta: { n_ctx: 2_048 } }] }, '/props': { n_ctx: 2_048 } },
  })
  const { id: endpointId } = await stored()
  await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: small.url })
  await dialog().getByRole('button', { name: words.settings.test }).click()
  const warning = dialog()
    .getByRole('status')
    .filter({ hasText: `2,048 tokens of context are loaded for ${MODEL}.` })
  await warning.waitFor()
  await picture('window-short', warning)
  await bridgeCall(launched.window, 'endpoints.update', { endpointId, baseUrl: fake.url })
  await small.close()
})

it('copies the report without where the model is', async () => {
  await dialog().getByRole('button', { name: words.capabilities.copy }).click()
  await dialog().getByRole('button', { name: words.capabilities.copied }).waitFor()
  const text = await launched.app.evaluate(({ clipboard }) => clipboard.readText())
  expect(text).toContain(`What ${MODEL} can do`)
  expect(text).not.toContain(String(fake.port))
})

describe('the search on this computer', () => {
  let locked: FakeEndpoint
  let open: FakeEndpoint

  beforeAll(async () => {
    for (const { port } of knownServers) allowPort(port)
    locked = await startFakeEndpoint({ port: 4891, key: 'secret' })
    open = await startFakeEndpoint({ port: 30_000, routes: ROUTES })
  })
  afterAll(() => Promise.all([locked.close(), open.close()]))

  it('tells of each server what it has or what it wants, and leads to the field for its key', async () => {
    await dialog().getByRole('button', { name: words.settings.addEndpoint }).click()
    await dialog().getByRole('button', { name: words.endpoints.search }).click()
    const found = dialog().getByRole('list', { name: words.endpoints.found })
    const about = (fake: FakeEndpoint) => found.getByRole('listitem').filter({ hasText: `:${fake.port}/` })
    await about(open).getByText('alcove-demo, 8,192 tokens of context · 1 more model').waitFor()
    await about(locked).getByText(words.endpoints.wantsKey).waitFor()
    await picture('found', found)
    await about(locked).getByRole('button', { name: words.endpoints.enterKey }).click()
    const address = dialog().getByRole('textbox', { name: words.endpoints.address }).last()
    expect(await address.inputValue()).toBe(locked.url)
    await expect
      .poll(() => launched.window.evaluate(() => document.activeElement?.getAttribute('type')))
      .toBe('password')
    await launched.window.keyboard.type('secret')
    await launched.window.keyboard.press('Enter')
    await expect.poll(async () => (await bridgeCall(launched.window, 'endpoints.list', {})).length).toBe(2)
    const saved = await bridgeCall(launched.window, 'endpoints.list', {})
    expect(saved.find(({ baseUrl }) => baseUrl === locked.url)).toMatchObject({ hasKey: true, defaultModel: MODEL })
  })
})

describe('a server whose certificate nobody vouches for', () => {
  const certificate = makeCertificate({ name: 'A shelf in the cellar', hosts: ['127.0.0.1'] })
  const groups = certificate.fingerprint.toUpperCase().match(/.{4}/g)?.join(' ') ?? ''
  let server: Server
  let url: string

  beforeAll(async () => {
    server = createTlsServer({ cert: certificate.cert, key: certificate.key }, createDemoHandler())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const { port } = server.address() as AddressInfo
    allowPort(port)
    url = `https://127.0.0.1:${port}/v1`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('is shown with its fingerprint, and saved only once the person has accepted that', async () => {
    await dialog().getByRole('button', { name: words.settings.addEndpoint }).click()
    const form = dialog().getByRole('region', { name: words.settings.addEndpoint })
    await form.getByRole('textbox', { name: words.endpoints.address }).fill(url)
    await form.getByRole('button', { name: words.endpoints.connect, exact: true }).click()
    await form.getByText(groups).waitFor()
    await picture('certificate', form.getByRole('button', { name: words.endpoints.certificate.accept }))
    expect((await bridgeCall(launched.window, 'endpoints.list', {})).length).toBe(2)
    await form.getByRole('button', { name: words.endpoints.certificate.accept }).click()
    await dialog().getByRole('region', { name: words.endpoints.certificate.accepted }).waitFor()
    const saved = await bridgeCall(launched.window, 'endpoints.list', {})
    expect(saved.map(({ certificate: accepted }) => accepted)).toContain(certificate.fingerprint)
  })

  it('is no longer trusted once its certificate is forgotten', async () => {
    const accepted = dialog().getByRole('region', { name: words.endpoints.certificate.accepted })
    await picture('certificate-accepted', accepted)
    await accepted.getByRole('button', { name: words.endpoints.certificate.forget }).click()
    await accepted.waitFor({ state: 'detached' })
    await dialog().getByRole('button', { name: words.settings.test }).click()
    await dialog().getByRole('button', { name: words.endpoints.certificate.accept }).waitFor()
  })
})
