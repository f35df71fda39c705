import { fakeTemplate, fakeTokens, json, modelList, type RecordedServer } from './recorded-server.ts'

/** llama-server and the programs that embed it. */

const NOT_FOUND = json({ error: { message: 'File Not Found', type: 'not_found_error', code: 404 } }, 404)
const LOADING = json({ error: { message: 'Loading model', type: 'unavailable_error', code: 503 } }, 503)

const CAPS = { supports_tools: true, supports_tool_calls: true, supports_system_role: true }

const tokenize: RecordedServer['routes'] = {
  'POST /tokenize': ({ body }) => json({ tokens: fakeTokens(body.content) }),
  'POST /apply-template': ({ body }) => json({ prompt: fakeTemplate(body.messages) }),
}

function props(nCtx: number) {
  return json({
    default_generation_settings: { params: { seed: 4_294_967_295, temperature: 0.8 }, n_ctx: nCtx },
    total_slots: 1,
    model_alias: 'qwen3-4b',
    model_path: 'qwen3-4b.gguf',
    modalities: { vision: false, video: false, audio: false },
    chat_template: '{{ messages }}',
    chat_template_caps: CAPS,
    build_info: 'b7100-abcdef',
    is_sleeping: false,
  })
}

const llamaCpp: RecordedServer = {
  api: '/v1',
  unknown: NOT_FOUND,
  routes: {
    'GET /health': json({ status: 'ok' }),
    'GET /props': props(8_192),
    'GET /v1/models': json({
      models: [{ name: 'qwen3-4b', model: 'qwen3-4b', capabilities: ['completion'] }],
      object: 'list',
      data: [
        {
          id: 'qwen3-4b',
          aliases: ['qwen3-4b'],
          object: 'model',
          created: 1_760_000_000,
          owned_by: 'llamacpp',
          meta: {
            n_ctx: 8_192,
            n_ctx_train: 40_960,
            n_vocab: 151_936,
            n_embd: 2_560,
            n_params: 1,
            size: 1,
            ftype: 'Q4',
          },
        },
      ],
    }),
    'POST /api/show': json({ model_info: { 'llama.context_length': 8_192 }, capabilities: ['completion'] }),
    ...tokenize,
    'POST /v1/messages/count_tokens': ({ body }) => {
      const system = typeof body.system === 'string' ? [{ role: 'system', content: body.system }] : []
      const spoken = Array.isArray(body.messages) ? body.messages : []
      return json({ input_tokens: fakeTokens(fakeTemplate([...system, ...spoken])).length })
    },
  },
}

/** With several models, each loaded when it is asked for. Without a model, `/props` tells a size of 0. */
const llamaCppRouter: RecordedServer = {
  api: '/v1',
  unknown: NOT_FOUND,
  routes: {
    'GET /health': json({ status: 'ok' }),
    'GET /props': ({ query }) => {
      const model = query.get('model')
      if (model === 'loaded-model') return props(16_384)
      if (model !== null && query.get('autoload') === 'false') {
        return json({ error: { code: 400, message: 'model is not loaded', type: 'invalid_request_error' } }, 400)
      }
      return json({ default_generation_settings: { params: null, n_ctx: 0 }, role: 'router', build_info: 'b7100' })
    },
    'GET /v1/models': modelList([
      { id: 'idle-model', owned_by: 'llamacpp', status: { value: 'unloaded', args: ['llama-server', '-c', '4096'] } },
      { id: 'loaded-model', owned_by: 'llamacpp', status: { value: 'loaded' } },
    ]),
    ...tokenize,
  },
}

/** Of 2024: the size stands among the parameters, and the list tells nothing. */
const oldLlamaCpp: RecordedServer = {
  api: '/v1',
  unknown: NOT_FOUND,
  routes: {
    'GET /health': json({ status: 'ok' }),
    'GET /props': json({
      system_prompt: '',
      default_generation_settings: { params: { n_ctx: 2_048 } },
      total_slots: 1,
      chat_template: '',
    }),
    'GET /v1/models': modelList([{ id: 'model.gguf', owned_by: 'llamacpp', meta: { n_ctx_train: 32_768 } }]),
    'POST /tokenize': ({ body }) => json({ tokens: fakeTokens(body.content) }),
  },
}

const loadingLlamaCpp: RecordedServer = {
  api: '/v1',
  unknown: NOT_FOUND,
  routes: {
    'GET /health': LOADING,
    'GET /props': LOADING,
    'GET /v1/models': LOADING,
    'POST /v1/chat/completions': LOADING,
  },
}

const embeddingLlamaCpp: RecordedServer = {
  ...llamaCpp,
  routes: {
    ...llamaCpp.routes,
    'GET /v1/models': modelList([
      { id: 'nomic-embed-text-v1.5', owned_by: 'llamacpp', meta: { n_ctx: 2_048, n_ctx_train: 2_048 } },
    ]),
  },
}

/** Starts one llama-server for each model behind a list of its own. */
const jan: RecordedServer = {
  api: '/v1',
  unknown: json({ error: { message: 'Not Found', type: 'invalid_request_error' } }, 404),
  routes: { 'GET /v1/models': modelList([{ id: 'Jan-v1-4B-Q4_K_M', owned_by: 'llama.cpp' }]) },
}

const localAi: RecordedServer = {
  api: '/v1',
  unknown: json({ error: { code: 404, message: 'Not Found', type: '' } }, 404),
  routes: {
    'GET /readyz': json(''),
    'GET /version': json({ version: 'v3.5.0' }),
    'GET /system': json({ backends: ['llama-cpp'], loaded_models: [{ id: 'phi-4' }] }),
    'GET /v1/models': modelList([{ id: 'phi-4' }]),
    'POST /v1/tokenize': ({ body }) => json({ tokens: fakeTokens(body.content) }),
  },
}

const dockerModelRunner: RecordedServer = {
  api: '/engines/v1',
  unknown: { status: 404, contentType: 'text/plain; charset=utf-8', body: '404 page not found\n' },
  routes: {
    'GET /': { status: 200, contentType: 'text/plain', body: 'Docker Model Runner is running' },
    'GET /engines/v1/models': modelList([
      { id: 'docker.io/ai/qwen2.5-coder:latest', owned_by: 'docker', dmr: { context_window: 4_096 } },
    ]),
  },
}

export const llamaServers = {
  'llama.cpp': llamaCpp,
  'llama.cpp router': llamaCppRouter,
  'llama.cpp of 2024': oldLlamaCpp,
  'llama.cpp while loading': loadingLlamaCpp,
  'llama.cpp with embeddings only': embeddingLlamaCpp,
  Jan: jan,
  LocalAI: localAi,
  'Docker Model Runner': dockerModelRunner,
} satisfies Record<string, RecordedServer>
