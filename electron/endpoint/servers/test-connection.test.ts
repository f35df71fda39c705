import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../../../tests/fakes/fake-endpoint.ts'
import { searchLocal } from './search-local.ts'
import { testEndpoint } from './test-connection.ts'

const { signal } = new AbortController()
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(options = {}): Promise<FakeEndpoint> {
  const fake = await startFakeEndpoint(options)
  closers.push(fake.close)
  return fake
}

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

async function test(baseUrl: string, key: string | null = null, timeoutMs = 300) {
  const { elapsedMs: _, ...result } = await testEndpoint({
    endpoint: { kind: 'http', baseUrl, key },
    signal,
    timeoutMs,
    neededTokens: 4_096,
  })
  return result
}

const atPort = (port: number) => ({ port, path: '/v1' })
const demoModel = { id: 'alcove-demo', windowTokens: 4_096 }

describe('testing an endpoint', () => {
  it('names the server and its models when all is well, without having anything written', async () => {
    const fake = await start({ routes: { '/api/version': { version: '0.30.0' } } })
    expect(await test(fake.url)).toEqual({
      ok: true,
      server: 'Ollama',
      models: [demoModel],
      error: null,
      certificate: null,
      window: {
        model: 'alcove-demo',
        tokens: 4_096,
        source: 'server',
        trainedTokens: null,
        neededTokens: 4_096,
        advice: null,
      },
    })
    expect(fake.requests.filter(({ path }) => path.includes('chat')).map(({ body }) => body)).toEqual([{}])
  })

  it('works for the demo', async () => {
    const result = await testEndpoint({
      endpoint: { kind: 'demo', baseUrl: '', key: null },
      signal,
      neededTokens: 4_096,
    })
    expect(result).toMatchObject({ ok: true, server: 'Demo', models: [demoModel], error: null })
  })

  it('notices a refused key, also where the list of models is open to anyone', async () => {
    const fake = await start({ key: 'right' })
    expect(await test(fake.url, 'right')).toMatchObject({ ok: true })
    expect(await test(fake.url, 'wrong')).toMatchObject({ ok: false, error: { code: 'endpoint-key-refused' } })
    expect(await test(fake.url)).toMatchObject({ ok: false, error: { code: 'endpoint-key-refused' } })
    const open = await start({ fault: { type: 'status', status: 401 } })
    expect(await test(open.url, 'wrong')).toMatchObject({ ok: false, error: { code: 'endpoint-key-refused' } })
  })

  it('says which path is right when another was given', async () => {
    const fake = await start()
    const { error } = await test(`http://127.0.0.1:${fake.port}/api/v2`)
    expect(error).toMatchObject({ code: 'endpoint-not-found' })
    expect(error?.message).toContain(`Change the address to ${fake.url}`)
  })

  it('says that a server offers no model', async () => {
    const fake = await start({ routes: { '/v1/models': { data: [] } } })
    expect(await test(fake.url)).toMatchObject({
      ok: false,
      error: { code: 'endpoint-model-missing', retryable: true },
    })
  })

  it('says that nothing answers, and how the usual server of that port is started', async () => {
    const fake = await start()
    await fake.close()
    expect((await test(fake.url)).error).toMatchObject({ code: 'endpoint-unreachable', retryable: true })
  })

  it.each<[string, number, string, string, string]>([
    ['a web page', 200, 'text/html', '<!doctype html><p>hi', 'endpoint-not-openai'],
    [
      'a server that loads its model',
      503,
      'application/json',
      '{"error":{"message":"Loading model"}}',
      'endpoint-loading',
    ],
    ['a busy server', 503, 'text/plain', 'no slot', 'endpoint-busy'],
    ['a server that fails', 500, 'text/plain', 'kaboom', 'endpoint-failed'],
    ['a server that sends requests on', 308, 'text/plain', '', 'endpoint-redirected'],
  ])('explains %s', async (_name, status, contentType, body, code) => {
    const server = createServer((_request, response) => {
      response.writeHead(status, { 'content-type': contentType, location: 'https://elsewhere.example/' }).end(body)
    })
    const { ok, error } = await test(`127.0.0.1:${await listen(server)}`)
    expect({ ok, code: error?.code }).toEqual({ ok: false, code })
  })

  it('explains a server that is too slow, one that speaks no HTTP, and one that speaks no https', async () => {
    const silent = await listen(createTcpServer())
    const greeting = await listen(
      createTcpServer((socket) => socket.on('error', () => undefined).end('220 mail ready\r\n')),
    )
    const plain = await start()
    const codes = []
    for (const url of [
      `http://127.0.0.1:${silent}`,
      `http://127.0.0.1:${greeting}`,
      `https://127.0.0.1:${plain.port}`,
    ]) {
      const { error } = await test(url)
      codes.push([error?.code, error?.message.includes('127.0.0.1')])
    }
    expect(codes).toEqual([
      ['endpoint-timeout', true],
      ['endpoint-not-openai', true],
      ['endpoint-unreachable', true],
    ])
  })

  it('tells a caller whose patience ends first that the server is slow', async () => {
    const baseUrl = `http://127.0.0.1:${await listen(createTcpServer())}`
    const endpoint = { kind: 'http', baseUrl, key: null } as const
    const result = await testEndpoint({ endpoint, signal: AbortSignal.timeout(100), neededTokens: 4_096 })
    expect(result).toMatchObject({ ok: false, error: { code: 'endpoint-timeout', retryable: true } })
  })

  it('explains a name that does not exist, and an address that is none', async () => {
    expect((await test('http://no-such-host.invalid:8080', null, 5_000)).error).toMatchObject({
      code: 'endpoint-unreachable',
    })
    expect((await test('nonsense')).error).toMatchObject({ code: 'endpoint-address-invalid' })
  })
})

describe('searching this computer', () => {
  it('finds what answers on the given ports, in their order', async () => {
    const plain = await start()
    const locked = await start({ key: 'secret' })
    const ollama = await start({ routes: { '/api/version': { version: '1' } } })
    const silent = await listen(createTcpServer())
    const closed = await start()
    await closed.close()
    const places = [ollama.port, silent, closed.port, locked.port, plain.port, plain.port].map(atPort)
    expect(await searchLocal({ signal, places })).toEqual([
      { server: 'Ollama', baseUrl: ollama.url, models: [demoModel] },
      { server: 'OpenAI-compatible', baseUrl: locked.url, models: [] },
      { server: 'OpenAI-compatible', baseUrl: plain.url, models: [demoModel] },
    ])
  })
})
