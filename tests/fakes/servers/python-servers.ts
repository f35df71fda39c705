import { fakeTemplate, fakeTokens, json, modelList, type RecordedServer, text } from './recorded-server.ts'

/** vLLM, SGLang, text-generation-webui, mlx-lm, and what is none of all. */

const NOT_FOUND = json({ detail: 'Not Found' }, 404)

const vllm: RecordedServer = {
  api: '/v1',
  unknown: NOT_FOUND,
  routes: {
    'GET /health': text(''),
    'GET /version': json({ version: '0.16.0' }),
    'GET /v1/models': modelList([
      { id: 'Qwen/Qwen3-4B', owned_by: 'vllm', root: 'Qwen/Qwen3-4B', max_model_len: 16_384 },
    ]),
    'POST /tokenize': ({ body }) => {
      const prompt = body.prompt ?? (body.messages === undefined ? undefined : fakeTemplate(body.messages))
      if (typeof prompt !== 'string') return json({ error: { message: 'Field required', code: 400 } }, 400)
      const tokens = fakeTokens(prompt)
      return json({ count: tokens.length, max_model_len: 16_384, tokens })
    },
  },
}

const sglang: RecordedServer = {
  api: '/v1',
  unknown: NOT_FOUND,
  routes: {
    'GET /health': text(''),
    'GET /get_model_info': json({ model_path: 'Qwen/Qwen3-4B', tokenizer_path: 'Qwen/Qwen3-4B', is_generation: true }),
    'GET /v1/models': modelList([{ id: 'Qwen/Qwen3-4B', owned_by: 'sglang', max_model_len: 32_768 }]),
  },
}

const textGenerationWebui: RecordedServer = {
  api: '/v1',
  unknown: NOT_FOUND,
  routes: {
    'GET /v1/internal/model/info': json({ model_name: 'mistral-7b.gguf', lora_names: [] }),
    'GET /v1/models': modelList([{ id: 'mistral-7b.gguf', owned_by: 'user' }]),
    'POST /v1/internal/token-count': ({ body }) => json({ length: fakeTokens(body.text).length }),
  },
}

/** Tells nothing beyond the list. */
const mlx: RecordedServer = {
  api: '/v1',
  unknown: text('Not Found', 404),
  routes: {
    'GET /health': json({ status: 'ok' }),
    'GET /v1/models': modelList([{ id: 'mlx-community/Qwen3-4B-4bit' }]),
  },
}

const bare: RecordedServer = {
  api: '/v1',
  unknown: text('', 404),
  routes: { 'GET /v1/models': modelList([{ id: 'house-model', owned_by: 'me' }]) },
}

const webSite: RecordedServer = {
  api: '/v1',
  unknown: text('<!doctype html><html><body>Hello</body></html>', 200, 'text/html; charset=utf-8'),
  routes: {},
}

/** The receiver of macOS, which holds port 5000. */
const airPlay: RecordedServer = { api: '/v1', unknown: text('', 403), routes: {} }

export const pythonServers = {
  vLLM: vllm,
  SGLang: sglang,
  'text-generation-webui': textGenerationWebui,
  'mlx-lm': mlx,
  'OpenAI-compatible': bare,
  'web site': webSite,
  AirPlay: airPlay,
} satisfies Record<string, RecordedServer>
