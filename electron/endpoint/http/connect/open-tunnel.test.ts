import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../../../../tests/fakes/fake-endpoint.ts'
import { type FakeProxy, startFakeProxy } from '../../../../tests/fakes/fake-proxy.ts'
import { makeCertificate } from '../../../../tests/fakes/make-certificate.ts'
import { listConnections } from '../../../network/network-log.ts'
import type { EndpointConnection } from '../../address.ts'
import { fetchJson } from '../fetch-json.ts'
import { resolveHostsWith } from './resolve-host.ts'

const run = promisify(execFile)
let fake: FakeEndpoint
let proxy: FakeProxy
beforeAll(async () => {
  fake = await startFakeEndpoint()
  proxy = await startFakeProxy()
})
beforeEach(() => {
  proxy.asked.length = 0
  proxy.forwarded.length = 0
  proxy.answerWith(null)
  // A name that only the proxy knows.
  resolveHostsWith(async (hostname) => {
    if (hostname === 'here.test') return [{ address: '127.0.0.1', family: 4 }]
    throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  })
})
afterEach(() => resolveHostsWith(null))
afterAll(async () => {
  proxy.close()
  await fake.close()
})

function ask(origin: string, settings: Partial<EndpointConnection> = {}): Promise<unknown> {
  const proxyUrl = `http://127.0.0.1:${proxy.port}`
  const connection: EndpointConnection = { kind: 'http', baseUrl: origin, key: 'secret', proxyUrl, ...settings }
  const { signal } = new AbortController()
  return fetchJson({ connection, url: `${origin}/v1/models`, timeoutMs: 5_000, signal, purpose: 'models' })
}

describe('the proxy of the settings', () => {
  it('is asked for a connection to another computer, and is shown no key for that', async () => {
    await ask(`http://far.test:${fake.port}`)
    expect(proxy.asked).toEqual([{ target: `far.test:${fake.port}`, headers: expect.anything() }])
    expect(proxy.asked[0]?.headers).not.toHaveProperty('authorization')
    expect(proxy.asked[0]?.headers).not.toHaveProperty('proxy-authorization')
    expect(fake.requests.at(-1)?.headers).toMatchObject({
      host: `far.test:${fake.port}`,
      authorization: 'Bearer secret',
    })
    expect(listConnections().connections[0]).toMatchObject({ host: `far.test:${fake.port}`, outcome: 'done' })
  })

  it('is given the name and the password that stand in its address', async () => {
    await ask(`http://far.test:${fake.port}`, { proxyUrl: `http://me:p%40ss@127.0.0.1:${proxy.port}` })
    const login = Buffer.from('me:p@ss').toString('base64')
    expect(proxy.asked[0]?.headers).toMatchObject({ 'proxy-authorization': `Basic ${login}` })
    expect(fake.requests.at(-1)?.headers).not.toHaveProperty('proxy-authorization')
  })

  it.each(['127.0.0.1', 'here.test'])('is never asked for this computer (%s)', async (host) => {
    await ask(`http://${host}:${fake.port}`, {})
    expect({ asked: proxy.asked, forwarded: proxy.forwarded }).toEqual({ asked: [], forwarded: [] })
  })

  it('is never asked where Alcove is kept on this computer', async () => {
    const asked = ask('http://10.66.66.66:8080', { thisMachineOnly: true })
    await expect(asked).rejects.toMatchObject({ code: 'endpoint-elsewhere' })
    expect(proxy.asked).toEqual([])
  })

  it('cannot put itself in the place of a server with https', async () => {
    const { cert, key, fingerprint } = makeCertificate({ name: 'proxy', hosts: ['far.test'] })
    const server = createServer({ cert, key }, (_request, response) => response.end('{}'))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const origin = `https://far.test:${(server.address() as AddressInfo).port}`
    await expect(ask(origin)).rejects.toMatchObject({ code: 'endpoint-certificate' })
    expect(await ask(origin, { certificate: fingerprint })).toEqual({})
    server.close()
  })
})

describe('a proxy that does not connect', () => {
  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n', 'user name and a password'],
    ['HTTP/1.1 302 Found\r\nlocation: http://login.test/\r\n\r\n', 'page of its own (302)'],
    ['HTTP/1.1 403 Forbidden\r\n\r\nno', 'does not connect to far.test (it answered 403)'],
    ['SSH-2.0-nothing\r\n', 'does not work as an HTTP proxy'],
    ['', 'does not work as an HTTP proxy'],
    [`HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(20_000)}\r\n\r\n`, 'does not work as an HTTP proxy'],
  ])('is told by a sentence of its own: %j', async (bytes, words) => {
    proxy.answerWith(bytes)
    const asked = ask(`http://far.test:${fake.port}`)
    await expect(asked).rejects.toMatchObject({ code: 'endpoint-unreachable', message: expect.stringContaining(words) })
  })

  it.each([
    ['HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<p>Sign in', 'page of its own (200)'],
    ['HTTP/1.1 302 Found\r\ncontent-type: text/html\r\nlocation: /login\r\n\r\n', 'page of its own (302)'],
    ['HTTP/1.1 407 Login\r\ncontent-type: text/html\r\n\r\n', 'user name and a password'],
  ])('but answers in the place of the server is told by the same: %j', async (page, words) => {
    proxy.answerWith('HTTP/1.1 200 OK\r\n\r\n', page)
    const asked = ask(`http://far.test:${fake.port}`)
    await expect(asked).rejects.toMatchObject({ code: 'endpoint-unreachable', message: expect.stringContaining(words) })
  })

  it('and speaks before it is asked is not asked again', async () => {
    proxy.answerWith('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
    await expect(ask(`http://far.test:${fake.port}`)).rejects.toMatchObject({ code: expect.any(String) })
    expect(proxy.asked).toHaveLength(1)
  })

  it('because nothing is there is told as that', async () => {
    const asked = ask('http://far.test:8080', { proxyUrl: 'http://127.0.0.1:1' })
    await expect(asked).rejects.toMatchObject({ message: expect.stringContaining('proxy at 127.0.0.1:1 cannot be') })
  })
})

describe('a proxy of the environment', () => {
  it('is not used, whatever variable names it', async () => {
    const url = `http://127.0.0.1:${proxy.port}`
    const variables = ['http_proxy', 'https_proxy', 'all_proxy'].flatMap((name) => [name, name.toUpperCase()])
    const program = `
      const { fetchJson } = await import('./electron/endpoint/http/fetch-json.ts')
      const [here] = Object.values((await import('node:os')).networkInterfaces()).flat().filter((at) => !at.internal)
      const asked = ['http://127.0.0.1:${fake.port}', 'http://' + (here?.family === 'IPv4' ? here.address : '127.0.0.2') + ':1']
      for (const baseUrl of asked) {
        const connection = { kind: 'http', baseUrl, key: null }
        const { signal } = new AbortController()
        await fetchJson({ connection, url: baseUrl + '/v1/models', timeoutMs: 5_000, signal, purpose: 'models' })
          .then(() => process.stdout.write('answered '), (error) => process.stdout.write(error.code + ' '))
      }`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
      env: { ...process.env, ...Object.fromEntries(variables.map((name) => [name, url])), NODE_USE_ENV_PROXY: '1' },
    })
    expect(stdout).toBe('answered endpoint-unreachable ')
    expect({ asked: proxy.asked, forwarded: proxy.forwarded }).toEqual({ asked: [], forwarded: [] })
  })
})
