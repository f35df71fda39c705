import { afterEach, describe, expect, it } from 'vitest'
import { type FakeServer, type FakeServerName, startFakeServer } from '../../../tests/fakes/servers/fake-server.ts'
import type { EndpointConnection } from '../address.ts'
import { askCapabilities } from './check/ask-capabilities.ts'
import { countTokens } from './count-tokens.ts'
import { recogniseServer } from './recognise-server.ts'
import { searchLocal } from './search-local.ts'
import { testEndpoint } from './test-connection.ts'

const { signal } = new AbortController()
const fakes: FakeServer[] = []
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

async function start(...options: Parameters<typeof startFakeServer>): Promise<FakeServer> {
  const fake = await startFakeServer(...options)
  fakes.push(fake)
  return fake
}

function connectTo(fake: FakeServer, key: string | null = null): EndpointConnection {
  return { kind: 'http', baseUrl: fake.url, key }
}

describe('servers', () => {
  it('that want a key are found, and named where an open route tells', async () => {
    const locked = await start('vLLM', { key: 'secret' })
    const open = await start('llama.cpp', { key: 'secret' })
    const places = [locked, open].map(({ port }) => ({ port, path: '/v1' }))
    const found = await searchLocal({ signal, places, timeoutMs: 5_000 })
    expect(found.map(({ server, models }) => [server, models])).toEqual([
      ['OpenAI-compatible', []],
      ['OpenAI-compatible', []],
    ])
    expect(await recogniseServer(connectTo(locked, 'secret'), signal, 2_000)).toBe('vLLM')
  })

  it('a router is not made to load a model by asking about it', async () => {
    const fake = await start('llama.cpp router')
    const facts = await askCapabilities(connectTo(fake), 'idle-model', signal)
    expect(facts.map(({ name }) => name)).toEqual([])
    const loading = fake.asked.filter((asked) => asked.includes('model=') && !asked.includes('autoload=false'))
    expect(loading).toEqual([])
    expect(fake.asked.filter((asked) => asked.startsWith('POST') && !asked.endsWith('/api/show'))).toEqual([])
  })

  it('Docker is found under its own path when the usual one was given', async () => {
    const fake = await start('Docker Model Runner')
    const endpoint = { ...connectTo(fake), baseUrl: `127.0.0.1:${fake.port}` }
    const { error } = await testEndpoint({ endpoint, signal, neededTokens: 4_096 })
    expect(error?.code).toBe('endpoint-not-found')
    expect(error?.message).toContain(`Change the address to ${fake.url}`)
  })

  it('that no longer offer the chosen model say so, where names matter', async () => {
    const test = async (name: FakeServerName, model: string) => {
      const endpoint = connectTo(await start(name))
      return (await testEndpoint({ endpoint, signal, neededTokens: 4_096, model })).error?.code
    }
    expect(await test('Ollama', 'gone:7b')).toBe('endpoint-model-missing')
    expect(await test('Ollama', 'nomic-embed-text')).toBeUndefined()
    expect(await test('LM Studio', 'gemma-3-4b')).toBeUndefined()
    expect(await test('llama.cpp', 'any-name')).toBeUndefined()
    expect(await test('llama.cpp router', 'gone')).toBe('endpoint-model-missing')
  })

  it('that count what cannot be are not believed', async () => {
    const bogus = (body: unknown) => ({ status: 200, contentType: 'application/json', body })
    for (const count of [1e9, 0, -5, 2.5, '7']) {
      const routes = { 'POST /v1/messages/count_tokens': bogus({ input_tokens: count }) }
      const connection = connectTo(await start('llama.cpp', { routes }))
      expect(
        await countTokens(
          connection,
          'qwen3-4b',
          [{ role: 'user', content: 'How many?' }],
          signal,
          'messages/count_tokens',
        ),
      ).toBeNull()
    }
  })

  it('a window that cannot be made larger is not said to be', async () => {
    const fake = await start('Ollama', {
      routes: {
        'GET /api/ps': {
          status: 200,
          contentType: 'application/json',
          body: { models: [{ name: 'qwen3:4b', context_length: 40_960 }] },
        },
      },
    })
    const { window } = await testEndpoint({ endpoint: connectTo(fake), signal, neededTokens: 50_000 })
    expect(window?.advice).toMatch(/^9,040 tokens are missing.*no more than 40,960: choose another one/)
  })
})
