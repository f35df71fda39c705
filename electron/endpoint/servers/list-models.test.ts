import { afterEach, describe, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../../../tests/fakes/fake-endpoint.ts'
import type { EndpointConnection } from '../address.ts'
import { listModels } from './list-models.ts'
import { recogniseServer } from './recognise-server.ts'
import { detectWindow } from './window/detect-window.ts'

const { signal } = new AbortController()
let fake: FakeEndpoint
afterEach(() => fake.close())

async function start(routes: Record<string, unknown>): Promise<EndpointConnection> {
  fake = await startFakeEndpoint({ routes })
  return { kind: 'http', baseUrl: fake.url, key: null }
}

describe('the list of models', () => {
  it('tells the window where the server does, and puts models that cannot chat last', async () => {
    const data = [
      { id: 'text-embedding-nomic' },
      { id: 'llama', meta: { n_ctx: 8_192, n_ctx_train: 131_072 } },
      { id: 'vllm', max_model_len: 4_096 },
      { id: 'studio', loaded_context_length: 2_048, max_context_length: 32_768 },
      { id: 'docker', dmr: { context_window: 1_024 } },
      { id: 'router', meta: { n_ctx: 0 } },
      { id: 'boast', meta: { n_ctx: 1e12 } },
      { id: 'debt', max_model_len: -4_096 },
      { id: 'words', max_model_len: '4096' },
      { id: 'llama' },
      { id: 5 },
      { id: '' },
      'nothing',
      null,
    ]
    expect(await listModels(await start({ '/v1/models': { data } }), signal)).toEqual([
      { id: 'llama', windowTokens: 8_192 },
      { id: 'vllm', windowTokens: 4_096 },
      { id: 'studio', windowTokens: 2_048 },
      { id: 'docker', windowTokens: 1_024 },
      { id: 'router', windowTokens: null },
      { id: 'boast', windowTokens: null },
      { id: 'debt', windowTokens: null },
      { id: 'words', windowTokens: null },
      { id: 'text-embedding-nomic', windowTokens: null },
    ])
  })

  it('that is none is explained', async () => {
    await expect(
      listModels(await start({ '/v1/models': { error: 'Unexpected endpoint' } }), signal),
    ).rejects.toMatchObject({
      code: 'endpoint-not-openai',
    })
  })

  it('larger than a megabyte is not read', async () => {
    const data = Array.from({ length: 20_000 }, (_, index) => ({ id: `model-${index}`, note: 'x'.repeat(100) }))
    await expect(listModels(await start({ '/v1/models': { data } }), signal)).rejects.toMatchObject({
      code: 'endpoint-not-openai',
    })
  })
})

describe('the window that is loaded', () => {
  const two = { data: [{ id: 'other' }, { id: 'chosen' }] }

  it.each<[string, Record<string, unknown>, number | null]>([
    ['the list', { '/v1/models': { data: [{ id: 'chosen', meta: { n_ctx: 512 } }] } }, 512],
    ['the only model of the list', { '/v1/models': { data: [{ id: 'alias', meta: { n_ctx: 512 } }] } }, 512],
    [
      'llama.cpp',
      { '/v1/models': two, '/props?model=chosen&autoload=false': { default_generation_settings: { n_ctx: 640 } } },
      640,
    ],
    [
      'a llama.cpp router that has not loaded it',
      { '/v1/models': two, '/props?model=chosen&autoload=false': { default_generation_settings: { n_ctx: 0 } } },
      null,
    ],
    [
      'Ollama',
      {
        '/v1/models': two,
        '/api/ps': {
          models: [
            { name: 'other:latest', context_length: 1 },
            { name: 'chosen:latest', context_length: 4_096 },
          ],
        },
      },
      4_096,
    ],
    [
      'LM Studio',
      {
        '/v1/models': two,
        '/api/v1/models': {
          models: [
            {
              key: 'chosen',
              max_context_length: 99_999,
              loaded_instances: [{ id: 'x', config: { context_length: 768 } }],
            },
          ],
        },
      },
      768,
    ],
    [
      'an older LM Studio',
      {
        '/v1/models': two,
        '/api/v0/models': { data: [{ id: 'chosen', state: 'loaded', loaded_context_length: 896 }] },
      },
      896,
    ],
    [
      'LM Studio before loading',
      {
        '/v1/models': two,
        '/api/v0/models': { data: [{ id: 'chosen', state: 'not-loaded', loaded_context_length: 896 }] },
      },
      null,
    ],
    [
      'KoboldCpp',
      {
        '/v1/models': two,
        '/api/extra/version': { result: 'KoboldCpp' },
        '/api/extra/true_max_context_length': { value: 1_536 },
      },
      1_536,
    ],
    ['a server that does not tell', { '/v1/models': two }, null],
  ])('is asked of %s', async (_server, routes, windowTokens) => {
    expect(await detectWindow(await start(routes), 'chosen', signal)).toBe(windowTokens)
  })

  it('is unknown, and no error, when nothing answers', async () => {
    const connection = await start({})
    await fake.close()
    expect(await detectWindow(connection, 'chosen', signal)).toBeNull()
    expect(await detectWindow(connection, 'chosen', AbortSignal.abort())).toBeNull()
  })
})

describe('the product behind an endpoint', () => {
  it.each<[string | null, Record<string, unknown>]>([
    ['llama.cpp', { '/props': { default_generation_settings: { n_ctx: 1 } } }],
    ['llama.cpp', { '/v1/models': { data: [{ id: 'a', owned_by: 'llamacpp' }] } }],
    ['Ollama', { '/api/version': { version: '0.30.0' } }],
    ['KoboldCpp', { '/api/extra/version': { result: 'KoboldCpp' }, '/api/version': { version: '0.7.0' } }],
    [
      'LM Studio',
      {
        '/api/v1/models': { models: [{ key: 'a', loaded_instances: [] }] },
        '/props': { error: 'Unexpected endpoint' },
      },
    ],
    ['vLLM', { '/version': { version: '0.20' }, '/v1/models': { data: [{ id: 'a', owned_by: 'vllm' }] } }],
    ['SGLang', { '/get_model_info': { model_path: 'x' }, '/version': { version: '1' } }],
    ['text-generation-webui', { '/v1/internal/model/info': { model_name: 'x' } }],
    [null, {}],
  ])('is recognised as %s', async (server, routes) => {
    expect(await recogniseServer(await start(routes), signal, 2_000)).toBe(server)
  })
})
