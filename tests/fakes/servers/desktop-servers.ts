import { fakeTokens, json, modelList, type RecordedServer, text } from './recorded-server.ts'

/** Ollama, LM Studio, KoboldCpp, GPT4All. */

const ollamaRoutes: RecordedServer['routes'] = {
  'GET /': text('Ollama is running'),
  'GET /api/version': json({ version: '0.30.0' }),
  'GET /api/tags': json({ models: [{ name: 'qwen3:4b', model: 'qwen3:4b', details: { family: 'qwen3' } }] }),
  'GET /v1/models': modelList([
    { id: 'qwen3:4b', owned_by: 'library' },
    { id: 'nomic-embed-text:latest', owned_by: 'library' },
  ]),
  'GET /api/ps': json({ models: [] }),
  'POST /api/show': ({ body }) =>
    body.model === 'qwen3:4b'
      ? json({
          parameters: 'num_ctx 8192\nstop "<|im_end|>"',
          details: { family: 'qwen3', parameter_size: '4.0B' },
          model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 40_960, 'qwen3.block_count': 36 },
          capabilities: ['completion', 'tools', 'thinking'],
        })
      : json({ error: `model '${String(body.model)}' not found` }, 404),
}

const ollama: RecordedServer = {
  api: '/v1',
  unknown: text('404 page not found', 404),
  routes: {
    ...ollamaRoutes,
    'GET /api/ps': json({ models: [{ name: 'qwen3:4b', model: 'qwen3:4b', size_vram: 1, context_length: 4_096 }] }),
  },
}

const idleOllama: RecordedServer = { ...ollama, routes: ollamaRoutes }

/** Tells what is loaded, but not with which window. */
const oldOllama: RecordedServer = {
  ...ollama,
  routes: {
    ...ollamaRoutes,
    'GET /api/version': json({ version: '0.5.7' }),
    'GET /api/ps': json({ models: [{ name: 'qwen3:4b', model: 'qwen3:4b', size_vram: 1 }] }),
  },
}

/** LM Studio answers 200 to paths that it does not have. */
const unexpected = json({ error: 'Unexpected endpoint or method. (GET /unknown)' })

const lmStudioList = modelList([
  { id: 'google/gemma-3-4b', owned_by: 'organization_owner' },
  { id: 'text-embedding-nomic-embed-text-v1.5', owned_by: 'organization_owner' },
])

const lmStudio: RecordedServer = {
  api: '/v1',
  unknown: unexpected,
  routes: {
    'GET /v1/models': lmStudioList,
    'GET /api/v1/models': json({
      models: [
        {
          type: 'llm',
          key: 'google/gemma-3-4b',
          display_name: 'Gemma 3 4B',
          max_context_length: 131_072,
          loaded_instances: [{ id: 'google/gemma-3-4b', config: { context_length: 4_096, flash_attention: true } }],
          capabilities: { vision: true, trained_for_tool_use: false },
        },
        {
          type: 'embedding',
          key: 'text-embedding-nomic-embed-text-v1.5',
          loaded_instances: [],
          max_context_length: 2_048,
        },
      ],
    }),
  },
}

const idleLmStudio: RecordedServer = {
  ...lmStudio,
  routes: {
    'GET /v1/models': lmStudioList,
    'GET /api/v1/models': json({
      models: [{ type: 'llm', key: 'google/gemma-3-4b', max_context_length: 131_072, loaded_instances: [] }],
    }),
  },
}

const oldLmStudio: RecordedServer = {
  api: '/v1',
  unknown: unexpected,
  routes: {
    'GET /v1/models': lmStudioList,
    'GET /api/v0/models': json({
      object: 'list',
      data: [
        {
          id: 'google/gemma-3-4b',
          object: 'model',
          type: 'vlm',
          state: 'loaded',
          max_context_length: 131_072,
          loaded_context_length: 4_096,
          capabilities: ['tool_use'],
        },
      ],
    }),
  },
}

/** Imitates Ollama and llama.cpp, with windows of its own that mean nothing. */
const koboldCpp: RecordedServer = {
  api: '/v1',
  unknown: json({ detail: { msg: 'Not Found', type: 'not_found' } }, 404),
  routes: {
    'GET /api/extra/version': json({
      result: 'KoboldCpp',
      version: '1.98',
      protected: false,
      txt2img: false,
      vision: true,
      audio: false,
    }),
    'GET /api/extra/true_max_context_length': json({ value: 6_144 }),
    'GET /api/version': json({ version: '0.7.0' }),
    'GET /api/tags': json({ models: [{ name: 'koboldcpp', model: 'koboldcpp:latest' }] }),
    'GET /api/ps': json({ models: [{ name: 'koboldcpp', model: 'koboldcpp:latest', context_length: 1_111 }] }),
    'GET /props': json({ default_generation_settings: { n_ctx: 2_222 }, total_slots: 1, chat_template: '' }),
    'GET /v1/models': modelList([{ id: 'koboldcpp/Llama-3.2-3B', owned_by: 'koboldcpp' }]),
    'POST /api/extra/tokencount': ({ body }) => {
      const ids = fakeTokens(body.prompt)
      return json({ value: ids.length, ids })
    },
  },
}

const gpt4All: RecordedServer = {
  api: '/v1',
  unknown: text('', 404),
  routes: {
    'GET /v1/models': modelList([{ id: 'Llama 3 8B Instruct', owned_by: 'humanity', created: 0, root: 'Llama 3' }]),
  },
}

export const desktopServers = {
  Ollama: ollama,
  'Ollama with nothing loaded': idleOllama,
  'Ollama of 2024': oldOllama,
  'LM Studio': lmStudio,
  'LM Studio with nothing loaded': idleLmStudio,
  'LM Studio 0.3': oldLmStudio,
  KoboldCpp: koboldCpp,
  GPT4All: gpt4All,
} satisfies Record<string, RecordedServer>
