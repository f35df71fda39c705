import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeDns, startFakeDns } from '../../../../tests/fakes/fake-dns.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../../../tests/fakes/fake-endpoint.ts'
import { listConnections } from '../../../network/network-log.ts'
import type { EndpointConnection } from '../../address.ts'
import { fetchJson } from '../fetch-json.ts'
import { isLoopback } from './loopback.ts'
import { resolveHostsWith } from './resolve-host.ts'

let fake: FakeEndpoint
let names: FakeDns
beforeAll(async () => {
  fake = await startFakeEndpoint()
  names = await startFakeDns()
})
beforeEach(() => {
  names.asked.length = 0
  fake.requests.length = 0
  resolveHostsWith(names.lookup)
})
afterEach(() => resolveHostsWith(null))
afterAll(async () => {
  names.close()
  await fake.close()
})

function ask(origin: string, settings: Partial<EndpointConnection> = {}, timeoutMs = 5_000): Promise<unknown> {
  const connection: EndpointConnection = { kind: 'http', baseUrl: origin, key: 'secret', ...settings }
  const { signal } = new AbortController()
  return fetchJson({ connection, url: `${origin}/v1/models`, timeoutMs, signal, purpose: 'models' })
}

const newest = () => listConnections().connections[0]

describe('the address of a name', () => {
  it('is asked for once, and the name goes into the Host header', async () => {
    // A second question would be answered with a computer where nothing listens.
    names.answerWith(['127.0.0.1'], ['127.66.66.66'])
    await ask(`http://rebound.test:${fake.port}`)
    expect(names.asked).toEqual(['rebound.test'])
    expect(fake.requests.map(({ headers }) => headers.host)).toEqual([`rebound.test:${fake.port}`])
    expect(newest()).toMatchObject({ host: `rebound.test:${fake.port}`, address: '127.0.0.1', outcome: 'done' })
  })

  it('must be this computer where the settings say so, also when it was that at first', async () => {
    names.answerWith(['127.0.0.1'], ['10.66.66.66'])
    await ask(`http://rebound.test:${fake.port}`, { thisMachineOnly: true })
    const again = ask(`http://rebound.test:${fake.port}`, { thisMachineOnly: true })
    await expect(again).rejects.toMatchObject({
      code: 'endpoint-elsewhere',
      message: expect.stringMatching(/rebound\.test.*10\.66\.66\.66/),
    })
    expect(fake.requests).toHaveLength(1)
    expect(newest()).toMatchObject({ address: null, outcome: 'refused', sentBytes: 0 })
  })

  it.each([[['127.0.0.1', '10.66.66.66']], [['10.66.66.66', '127.0.0.1']], [['0.0.0.0']]])(
    'is refused when not every answer is this computer: %s',
    async (addresses) => {
      names.answerWith(addresses)
      const asked = ask(`http://mixed.test:${fake.port}`, { thisMachineOnly: true })
      await expect(asked).rejects.toMatchObject({ code: 'endpoint-elsewhere' })
      expect(fake.requests).toEqual([])
    },
  )

  it('is refused when it is another computer in plain digits', async () => {
    const asked = ask('http://10.66.66.66:8080', { thisMachineOnly: true })
    await expect(asked).rejects.toMatchObject({ code: 'endpoint-elsewhere' })
    expect(names.asked).toEqual([])
  })

  it('is another one when the first of them does not answer', async () => {
    names.answerWith(['127.66.66.66', '127.0.0.1'])
    await ask(`http://two.test:${fake.port}`)
    expect(newest()).toMatchObject({ address: '127.0.0.1', outcome: 'done' })
  })

  it('that there is none of is told as a name that cannot be found', async () => {
    names.answerWith([])
    await expect(ask('http://nobody.test:8080')).rejects.toMatchObject({
      code: 'endpoint-unreachable',
      message: expect.stringMatching(/No computer named/),
    })
    expect(newest()).toMatchObject({ address: null, outcome: 'failed' })
  })

  it.each([
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:7f00:1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['128.0.0.1', false],
    ['10.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['::127.0.0.1', false],
    ['fe80::1', false],
    ['localhost', false],
  ])('%s is this computer: %s', (address, isHere) => {
    expect(isLoopback(address)).toBe(isHere)
  })
})

describe('a connection that does not come about', () => {
  it('is given up after the seconds of the endpoint, also while its name is looked up', async () => {
    resolveHostsWith(() => new Promise(() => undefined))
    const asked = ask('http://slow.test:1', { waits: { connectSeconds: 1 } }, 4_000)
    await expect(asked).rejects.toMatchObject({
      code: 'endpoint-timeout',
      message: expect.stringMatching(/did not accept a connection/),
    })
  })

  it('is given up after the same seconds when the server never answers the handshake', async () => {
    const silent: Server = createServer((socket) => socket.on('error', () => undefined))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port } = silent.address() as AddressInfo
    const asked = ask(`https://127.0.0.1:${port}`, { waits: { connectSeconds: 1 } }, 4_000)
    await expect(asked).rejects.toMatchObject({ code: 'endpoint-timeout' })
    silent.close()
  })

  it('ends at once when it is no longer wanted', async () => {
    resolveHostsWith(() => new Promise(() => undefined))
    const stop = new AbortController()
    const connection = { kind: 'http', baseUrl: 'http://slow.test:1', key: null } as const
    const asked = fetchJson({
      connection,
      url: 'http://slow.test:1/v1/models',
      timeoutMs: 20_000,
      signal: stop.signal,
      purpose: 'models',
    })
    setImmediate(() => stop.abort(new Error('enough')))
    await expect(asked).rejects.toThrow('enough')
    expect(newest()).toMatchObject({ outcome: 'cancelled' })
  })
})
