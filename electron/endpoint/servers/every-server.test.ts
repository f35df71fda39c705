import { afterEach, describe, expect, it } from 'vitest'
import { type FakeServer, type FakeServerName, startFakeServer } from '../../../tests/fakes/servers/fake-server.ts'
import { fakeTemplate } from '../../../tests/fakes/servers/recorded-server.ts'
import type { EndpointConnection } from '../address.ts'
import { askCapabilities } from './check/ask-capabilities.ts'
import { countTokens, findTokenRoute } from './count-tokens.ts'
import { recogniseServer } from './recognise-server.ts'
import { searchLocal } from './search-local.ts'
import { testEndpoint } from './test-connection.ts'
import { detectWindow } from './window/detect-window.ts'

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

function connectTo(fake: FakeServer): EndpointConnection {
  return { kind: 'http', baseUrl: fake.url, key: null }
}

interface Expected {
  /** Undefined: no model server. */
  server?: string
  model: string
  window: number | null
  trained?: number
  route?: string
  facts?: Record<string, unknown>
  error?: string
  /** Words of the advice, where a conversation needs 32,768 tokens. */
  advice?: RegExp
}

const LLAMA_TOLD = { images: false, tools: true, 'system-message': true }

const SERVERS: Record<FakeServerName, Expected> = {
  'llama.cpp': {
    server: 'llama.cpp',
    model: 'qwen3-4b',
    window: 8_192,
    trained: 40_960,
    route: 'messages/count_tokens',
    facts: LLAMA_TOLD,
    advice: /^24,576 tokens are missing.*llama-server with -c 32768/,
  },
  'llama.cpp router': {
    server: 'llama.cpp',
    model: 'loaded-model',
    window: 16_384,
    route: 'apply-template',
    facts: LLAMA_TOLD,
    advice: /-c 32768/,
  },
  'llama.cpp of 2024': {
    server: 'llama.cpp',
    model: 'model.gguf',
    window: 2_048,
    trained: 32_768,
    route: 'tokenize',
    advice: /-c 32768/,
  },
  'llama.cpp while loading': { server: 'OpenAI-compatible', model: 'any', window: null, error: 'endpoint-loading' },
  'llama.cpp with embeddings only': {
    server: 'llama.cpp',
    model: 'nomic-embed-text-v1.5',
    window: 2_048,
    trained: 2_048,
    route: 'messages/count_tokens',
    facts: LLAMA_TOLD,
    error: 'endpoint-model-missing',
  },
  Jan: { server: 'Jan', model: 'Jan-v1-4B-Q4_K_M', window: null, advice: /when Jan refuses/ },
  LocalAI: { server: 'LocalAI', model: 'phi-4', window: null, route: 'v1/tokenize', advice: /when LocalAI refuses/ },
  'Docker Model Runner': {
    server: 'Docker Model Runner',
    model: 'docker.io/ai/qwen2.5-coder:latest',
    window: 4_096,
    advice: /docker model configure --context-size 32768 docker\.io\/ai\/qwen2\.5-coder:latest$/,
  },
  Ollama: {
    server: 'Ollama',
    model: 'qwen3:4b',
    window: 4_096,
    trained: 40_960,
    facts: { images: false, tools: true, reasoning: true },
    advice: /OLLAMA_CONTEXT_LENGTH=32768/,
  },
  'Ollama with nothing loaded': {
    server: 'Ollama',
    model: 'qwen3:4b',
    window: null,
    trained: 40_960,
    facts: { images: false, tools: true, reasoning: true },
    advice: /after the first reply/,
  },
  'Ollama of 2024': {
    server: 'Ollama',
    model: 'qwen3:4b',
    window: null,
    trained: 40_960,
    facts: { images: false, tools: true, reasoning: true },
    advice: /after the first reply/,
  },
  'LM Studio': {
    server: 'LM Studio',
    model: 'google/gemma-3-4b',
    window: 4_096,
    trained: 131_072,
    facts: { images: true, tools: false },
    advice: /load settings.*32768/,
  },
  'LM Studio with nothing loaded': {
    server: 'LM Studio',
    model: 'google/gemma-3-4b',
    window: null,
    trained: 131_072,
    advice: /after the first reply/,
  },
  'LM Studio 0.3': {
    server: 'LM Studio',
    model: 'google/gemma-3-4b',
    window: 4_096,
    trained: 131_072,
    facts: { images: true, tools: true },
    advice: /load settings.*32768/,
  },
  KoboldCpp: {
    server: 'KoboldCpp',
    model: 'koboldcpp/Llama-3.2-3B',
    window: 6_144,
    route: 'tokencount',
    facts: { images: true },
    advice: /--contextsize 32768/,
  },
  GPT4All: { server: 'GPT4All', model: 'Llama 3 8B Instruct', window: null, advice: /when GPT4All refuses/ },
  vLLM: {
    server: 'vLLM',
    model: 'Qwen/Qwen3-4B',
    window: 16_384,
    route: 'tokenize-messages',
    advice: /--max-model-len 32768/,
  },
  SGLang: { server: 'SGLang', model: 'Qwen/Qwen3-4B', window: 32_768 },
  'text-generation-webui': {
    server: 'text-generation-webui',
    model: 'mistral-7b.gguf',
    window: null,
    route: 'token-count',
    advice: /refuses something for its length/,
  },
  'mlx-lm': {
    server: 'mlx-lm',
    model: 'mlx-community/Qwen3-4B-4bit',
    window: null,
    advice: /refuses something for its length/,
  },
  'OpenAI-compatible': {
    server: 'OpenAI-compatible',
    model: 'house-model',
    window: null,
    advice: /refuses something for its length/,
  },
  'web site': { model: 'any', window: null, error: 'endpoint-not-openai' },
  AirPlay: { model: 'any', window: null, error: 'endpoint-key-refused' },
}

const MESSAGES = [
  { role: 'system', content: 'You are brief, and kind to strangers.' },
  { role: 'user', content: 'Where does the river go in the winter?' },
] as const

describe.each(Object.entries(SERVERS) as [FakeServerName, Expected][])('%s', (name, expected) => {
  it('is found by a search, with its product only where that is certain', async () => {
    const fake = await start(name)
    const places = [{ port: fake.port, path: new URL(fake.url).pathname }]
    const found = await searchLocal({ signal, places: [...places, ...places], timeoutMs: 5_000 })
    expect(found.map(({ server, baseUrl }) => ({ server, baseUrl }))).toEqual(
      expected.server === undefined ? [] : [{ server: expected.server, baseUrl: fake.url }],
    )
    const first = found[0]?.models[0]
    if (first?.id === expected.model) expect(first.windowTokens).toBe(expected.window)
    const isRecognised = expected.server !== undefined && expected.server !== 'OpenAI-compatible'
    const product = await recogniseServer(connectTo(fake), signal, 2_000)
    expect(product).toBe(isRecognised ? expected.server : null)
  })

  it('tells the window that is loaded, and never the one it was trained for', async () => {
    expect(await detectWindow(connectTo(await start(name)), expected.model, signal)).toBe(expected.window)
  })

  it('tells what else it knows, without writing anything', async () => {
    const fake = await start(name)
    const facts = await askCapabilities(connectTo(fake), expected.model, signal)
    const { 'token-ratio': ratio, ...rest } = Object.fromEntries(facts.map((fact) => [fact.name, fact.value]))
    expect(rest).toEqual({
      ...(expected.window === null ? {} : { window: expected.window, 'token-count': expected.route ?? 'none' }),
      ...(expected.trained === undefined ? {} : { 'trained-window': expected.trained }),
      ...expected.facts,
    })
    if (ratio !== undefined) expect(ratio).toBeGreaterThan(0.5)
    expect(fake.asked.filter((asked) => asked.includes('completions'))).toEqual([])
  })

  it('counts tokens as exactly as it can', async () => {
    const connection = connectTo(await start(name))
    if (expected.server === undefined || expected.error === 'endpoint-loading') {
      const counting = countTokens(connection, expected.model, MESSAGES, signal)
      await expect(counting.catch((error: { code?: string }) => error.code ?? 'other')).resolves.toSatisfy(
        (outcome) => outcome === null || outcome === expected.error,
      )
      return
    }
    const route = await findTokenRoute(connection, expected.model, signal)
    expect(route).toBe(expected.route ?? 'none')
    const text = MESSAGES.map(({ content }) => content).join('\n')
    const whole = ['messages/count_tokens', 'apply-template', 'tokenize-messages'].includes(route)
    const exact = whole
      ? Math.ceil(fakeTemplate(MESSAGES).length / 4)
      : Math.ceil(text.length / 4) + 5 * MESSAGES.length
    const counted = await countTokens(connection, expected.model, MESSAGES, signal, route)
    expect(counted).toBe(route === 'none' ? null : exact)
    expect(await countTokens(connection, expected.model, text, signal, route)).toBe(
      route === 'none' ? null : Math.ceil(text.length / 4),
    )
  })

  it('is tested, and its user told how to make more of it', async () => {
    const fake = await start(name)
    const test = await testEndpoint({
      endpoint: connectTo(fake),
      signal,
      neededTokens: 32_768,
      model: expected.model === 'any' ? null : expected.model,
    })
    const { server, error, window, certificate } = test
    expect({ server, error: error?.code, certificate }).toEqual({
      server: expected.error === undefined || expected.error === 'endpoint-model-missing' ? expected.server : null,
      error: expected.error,
      certificate: null,
    })
    if (expected.error !== undefined) return expect(window).toBeNull()
    const { advice, ...rest } = window ?? {}
    expect(rest).toEqual({
      model: expected.model,
      tokens: expected.window ?? 4_096,
      source: expected.window === null ? 'assumed' : 'server',
      trainedTokens: expected.trained ?? null,
      neededTokens: 32_768,
    })
    expect(advice ?? '').toMatch(expected.advice ?? /^$/)
  })
})
