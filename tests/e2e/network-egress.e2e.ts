// What the network page tells is what happened: its list against the log of what the app's processes really reached.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { knownServers } from '../../shared/known-servers.ts'
import type { NetworkConnection } from '../../shared/record-types.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { allowPort, readAttempts } from '../setup/connect-log.ts'
import { type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { seedEndpoint, seedHistory } from '../setup/seed-history.ts'
import { bridgeCall } from './bridge-call.ts'
import { type AlcovePage, alcovePage } from './page.ts'

describe.runIf(process.platform === 'linux')('the list of connections', () => {
  const userData = mkdtempSync(join(tmpdir(), 'alcove-network-'))
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

  const list = async () => (await bridgeCall(launched.window, 'network.list', {})).connections
  const isTried = ({ outcome }: NetworkConnection) => outcome !== 'refused'
  /** How often each place was reached, as `host:port`. */
  const count = (places: string[]) =>
    Object.fromEntries([...new Set(places)].sort().map((place) => [place, places.filter((to) => to === place).length]))

  it('has each connection once: of replies, lists of models, tests and a search, and none that was refused', async () => {
    for (const { port } of knownServers) allowPort(port)
    const { window } = launched
    const [endpoint] = await bridgeCall(window, 'endpoints.list', {})
    const endpointId = endpoint?.id ?? ''
    await page.startConversation()
    await page.sendAndWait('Count this')
    await bridgeCall(window, 'endpoints.models', { endpointId })
    await bridgeCall(window, 'endpoints.test', { endpointId })
    await bridgeCall(window, 'endpoints.testAddress', { baseUrl: fake.url, key: null })
    await bridgeCall(window, 'endpoints.search', {})
    await bridgeCall(window, 'settings.update', { thisMachineOnly: true })
    const fields = { kind: 'http', defaultModel: null, windowTokens: null, key: null } as const
    const lan = { ...fields, name: 'Elsewhere', baseUrl: 'http://10.255.255.1:8080/v1' }
    const elsewhere = await bridgeCall(window, 'endpoints.create', lan)
    await bridgeCall(window, 'endpoints.models', { endpointId: elsewhere.id }).catch(() => undefined)

    await expect.poll(async () => (await list()).filter(({ endedAt }) => endedAt === null)).toEqual([])
    const told = await list()
    expect(count(told.filter(isTried).map(({ host }) => host))).toEqual(count(readAttempts().map(({ to }) => to)))
    expect(new Set(told.filter((one) => !isTried(one)).map(({ host }) => host))).toEqual(new Set(['10.255.255.1:8080']))
    expect(new Set(told.map(({ purpose }) => purpose))).toEqual(
      new Set(['reply', 'capabilities', 'models', 'test', 'search']),
    )
    const answered = told.filter(({ host, outcome }) => host === `127.0.0.1:${fake.port}` && outcome === 'done')
    expect(answered.every(({ address, receivedBytes }) => address === '127.0.0.1' && receivedBytes > 0)).toBe(true)
  })
})
