import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, startFakeServer } from '../../../tests/fakes/servers/fake-server.ts'
import { json, type RecordedAnswer, text } from '../../../tests/fakes/servers/recorded-server.ts'
import type { EndpointConnection } from '../address.ts'
import { EndpointFailure } from '../http/failure.ts'
import { askCapabilities } from './check/ask-capabilities.ts'
import { countTokens } from './count-tokens.ts'
import { searchLocal } from './search-local.ts'
import { testEndpoint } from './test-connection.ts'
import { detectWindow } from './window/detect-window.ts'

const { signal } = new AbortController()

/** What each route answers at the moment; every route answers the same. */
let nonsense: RecordedAnswer = json({})
let fake: FakeServer
let connection: EndpointConnection

const PATHS = [
  'GET /v1/models',
  'GET /props',
  'GET /api/ps',
  'GET /api/version',
  'GET /api/v1/models',
  'GET /api/v0/models',
  'GET /api/extra/version',
  'GET /api/extra/true_max_context_length',
  'GET /system',
  'GET /version',
  'GET /get_model_info',
  'GET /v1/internal/model/info',
  'GET /health',
  'POST /api/show',
  'POST /tokenize',
  'POST /apply-template',
  'POST /v1/tokenize',
  'POST /v1/messages/count_tokens',
  'POST /api/extra/tokencount',
  'POST /v1/internal/token-count',
  'POST /v1/chat/completions',
]

beforeAll(async () => {
  const routes = Object.fromEntries(PATHS.map((path) => [path, () => nonsense]))
  fake = await startFakeServer({ api: '/v1', routes, unknown: text('', 404) })
  connection = { kind: 'http', baseUrl: fake.url, key: null }
})
afterAll(() => fake.close())

const number = fc.constantFrom(0, -1, 1.5, 4_096, 1e9, 1e308, Number.MAX_SAFE_INTEGER, -4_096)
const value: fc.Arbitrary<unknown> = fc.oneof(
  number,
  fc.constantFrom<unknown>('4096', '', 'x'.repeat(2_000), null, true, [], {}, [null], [[]], [1, 2], { n_ctx: '4096' }),
)

/** Objects of the shapes that are looked at, with values that do not belong there. */
const shaped = fc.record(
  {
    data: fc.oneof(value, fc.array(entry(), { maxLength: 4 })),
    models: fc.oneof(value, fc.array(entry(), { maxLength: 4 })),
    default_generation_settings: fc.oneof(
      value,
      fc.record({ n_ctx: value, params: fc.oneof(value, fc.record({ n_ctx: value })) }),
    ),
    model_info: fc.oneof(
      value,
      fc.record({ 'general.architecture': fc.constantFrom('a', 5), 'a.context_length': value }),
    ),
    chat_template_caps: value,
    modalities: fc.oneof(value, fc.record({ vision: value })),
    capabilities: value,
    result: fc.constantFrom<unknown>('KoboldCpp', 5),
    version: value,
    value,
    count: value,
    length: value,
    tokens: value,
    input_tokens: value,
    prompt: value,
    error: value,
  },
  { requiredKeys: [] },
)

function entry() {
  return fc.oneof(
    value,
    fc.record({
      id: fc.constantFrom<unknown>('chosen', 'other', 5, '', 'e'.repeat(600)),
      key: fc.constantFrom<unknown>('chosen', null),
      name: fc.constantFrom<unknown>('chosen:latest', 7),
      owned_by: value,
      state: fc.constantFrom<unknown>('loaded', 3),
      meta: fc.oneof(value, fc.record({ n_ctx: value, n_ctx_train: value })),
      max_model_len: value,
      max_context_length: value,
      loaded_context_length: value,
      context_length: value,
      loaded_instances: fc.oneof(
        value,
        fc.array(fc.record({ id: value, config: fc.oneof(value, fc.record({ context_length: value })) }), {
          maxLength: 2,
        }),
      ),
      dmr: value,
      capabilities: value,
    }),
  )
}

const whole: fc.Arbitrary<RecordedAnswer> = fc.oneof(
  shaped.map((body) => json(body)),
  value.map((body) => json(body)),
  fc.tuple(shaped, fc.constantFrom(400, 401, 404, 500, 503)).map(([body, status]) => json(body, status)),
  fc.constantFrom<RecordedAnswer>(
    text(`${'['.repeat(100_000)}`, 200, 'text/json'),
    text(`{"data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 200, 'text/json'),
    text('<!doctype html>', 200, 'text/html'),
    text('', 204),
    text('{"data":', 200, 'text/json'),
    text('{"data":[{"id":"chosen","__proto__":{"meta":{"n_ctx":1e99}}}]}', 200, 'text/json'),
  ),
)

const isWindow = (tokens: unknown) =>
  Number.isInteger(tokens) && (tokens as number) > 0 && (tokens as number) <= 100_000_000

async function withstand(answer: RecordedAnswer): Promise<void> {
  nonsense = answer
  const window = await detectWindow(connection, 'chosen', signal)
  if (window !== null) expect(window).toSatisfy(isWindow)
  for (const { name, value: told } of await askCapabilities(connection, 'chosen', signal)) {
    if (name === 'window' || name === 'trained-window') expect(told).toSatisfy(isWindow)
    else if (name === 'token-count') expect(told).toBeTypeOf('string')
    else if (name === 'token-ratio') expect(told).toSatisfy((ratio: number) => ratio > 0 && ratio < 50)
    else expect(told).toBeTypeOf('boolean')
  }
  const tested = await testEndpoint({ endpoint: connection, signal, neededTokens: 4_096, model: 'chosen' })
  if (tested.window !== null) expect(tested.window.tokens).toSatisfy(isWindow)
  const counted = await countTokens(connection, 'chosen', 'How many?', signal).catch((error: unknown) => {
    expect(error).toBeInstanceOf(EndpointFailure)
    return null
  })
  if (counted !== null)
    expect(counted).toSatisfy((tokens: number) => Number.isInteger(tokens) && tokens > 0 && tokens < 10_000)
  const found = await searchLocal({ signal, places: [{ port: fake.port, path: '/v1' }], timeoutMs: 5_000 })
  for (const { models } of found) {
    for (const model of models) expect(model.windowTokens === null || isWindow(model.windowTokens)).toBe(true)
  }
}

describe('a server that answers nonsense', () => {
  it('is never believed, and never breaks anything', { timeout: 60_000 }, async () => {
    await fc.assert(fc.asyncProperty(whole, withstand), { numRuns: Number(process.env.HOSTILE_RUNS ?? 40) })
  })

  it('of ten megabytes is not read', async () => {
    const data = Array.from({ length: 100_000 }, (_, index) => ({
      id: `model-${index}`,
      note: 'x'.repeat(80),
      meta: { n_ctx: 5 },
    }))
    nonsense = json({ data, models: data, object: 'list' })
    expect(await detectWindow(connection, 'chosen', signal)).toBeNull()
    const { models, error } = await testEndpoint({ endpoint: connection, signal, neededTokens: 4_096 })
    expect({ models, code: error?.code }).toEqual({ models: [], code: 'endpoint-not-openai' })
  })
})
