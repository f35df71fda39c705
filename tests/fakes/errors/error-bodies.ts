import { type ErrorBody, pythonErrorBodies } from './python-error-bodies.ts'

const llama = (code: number, type: string, message: string, more = {}) => ({ error: { code, message, type, ...more } })

const LLAMA_OVERFLOW = llama(
  400,
  'exceed_context_size_error',
  'request (6602 tokens) exceeds the available context size (2048 tokens), try increasing it',
  { n_prompt_tokens: 6602, n_ctx: 2048 },
)

/** What servers really answer when they cannot do what was asked, word for word. */
export const errorBodies: readonly ErrorBody[] = [
  // llama.cpp
  {
    server: 'llama.cpp',
    what: 'prompt too long',
    status: 400,
    body: LLAMA_OVERFLOW,
    code: 'endpoint-overflow',
    promptTokens: 6602,
    windowTokens: 2048,
  },
  {
    server: 'llama.cpp',
    what: 'unknown model of a router',
    status: 400,
    body: llama(400, 'invalid_request_error', "model 'no-such-model' not found"),
    code: 'endpoint-model-missing',
  },
  {
    server: 'llama.cpp',
    what: 'several replies',
    status: 400,
    body: llama(400, 'invalid_request_error', "Field 'n': Value must be between 1 <= value <= 1, but got 2"),
    code: 'endpoint-refused',
  },
  {
    server: 'llama.cpp',
    what: 'malformed JSON',
    status: 500,
    body: llama(500, 'server_error', '[json.exception.parse_error.101] parse error at line 1, column 2'),
    code: 'endpoint-failed',
  },
  {
    server: 'llama.cpp',
    what: 'image to a text model',
    status: 500,
    body: llama(
      500,
      'server_error',
      'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj',
    ),
    code: 'endpoint-no-images',
  },
  {
    server: 'llama.cpp',
    what: 'unknown path',
    status: 404,
    body: { error: { message: 'File Not Found', type: 'not_found_error', code: 404 } },
    code: 'endpoint-not-found',
  },
  {
    server: 'llama.cpp',
    what: 'no embeddings',
    status: 501,
    body: llama(501, 'not_supported_error', 'This server does not support embeddings. Start it with `--embeddings`'),
    code: 'endpoint-failed',
  },
  {
    server: 'llama.cpp',
    what: 'key missing or wrong',
    status: 401,
    body: { error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } },
    code: 'endpoint-key-refused',
  },
  {
    server: 'llama.cpp',
    what: 'input over the batch',
    status: 500,
    body: llama(
      500,
      'server_error',
      'input (6602 tokens) is too large to process. increase the physical batch size (current batch size: 512)',
    ),
    code: 'endpoint-failed',
  },
  {
    server: 'llama.cpp',
    what: 'loading',
    status: 503,
    body: { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } },
    code: 'endpoint-loading',
  },
  // Ollama
  {
    server: 'Ollama',
    what: 'prompt too long, JSON in a string',
    status: 400,
    body: { error: JSON.stringify(LLAMA_OVERFLOW) },
    code: 'endpoint-overflow',
    promptTokens: 6602,
    windowTokens: 2048,
  },
  {
    server: 'Ollama',
    what: 'prompt too long, without shift',
    status: 400,
    body: {
      error:
        'the prompt is longer than the context length currently available to the model; shorten the prompt, or increase the context length',
    },
    code: 'endpoint-overflow',
    promptTokens: null,
    windowTokens: null,
  },
  {
    server: 'Ollama',
    what: 'newest message does not fit',
    status: 500,
    body: { error: { message: 'no user query found in messages', type: 'api_error', param: null, code: null } },
    code: 'endpoint-overflow',
    promptTokens: null,
    windowTokens: null,
  },
  {
    server: 'Ollama',
    what: 'model not pulled',
    status: 404,
    body: {
      error: {
        message: 'model "llama9" not found, try pulling it first',
        type: 'not_found_error',
        param: null,
        code: null,
      },
    },
    code: 'endpoint-model-missing',
  },
  {
    server: 'Ollama',
    what: 'no messages, told by the name of the error alone',
    status: 400,
    body: {
      error: { message: "[] is too short - 'messages'", type: 'invalid_request_error', param: null, code: null },
    },
    code: 'endpoint-refused',
  },
  // LM Studio
  {
    server: 'LM Studio',
    what: 'prompt too long',
    status: 400,
    body: { error: 'Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)' },
    code: 'endpoint-overflow',
    promptTokens: 15028,
    windowTokens: 7424,
  },
  {
    server: 'LM Studio',
    what: 'prompt too long, other words',
    status: 400,
    body: {
      error:
        'The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length, or provide a shorter input',
    },
    code: 'endpoint-overflow',
    promptTokens: null,
    windowTokens: null,
  },
  {
    server: 'LM Studio',
    what: 'prompt too long, with both numbers',
    status: 400,
    body: {
      error:
        'Trying to keep the first 15028 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.',
    },
    code: 'endpoint-overflow',
    promptTokens: 15028,
    windowTokens: 4096,
  },
  {
    server: 'LM Studio',
    what: 'window full in the middle',
    status: 400,
    body: {
      error: {
        message:
          'Reached context length of 4096 tokens with model (arch: qwen2) that does not currently support mid-generation context overflow',
      },
    },
    code: 'endpoint-overflow',
    promptTokens: null,
    windowTokens: 4096,
  },
  {
    server: 'LM Studio',
    what: 'prompt too long with MLX',
    status: 400,
    body: { error: 'Context size has been exceeded' },
    code: 'endpoint-overflow',
    promptTokens: null,
    windowTokens: null,
  },
  {
    server: 'LM Studio',
    what: 'nothing loaded',
    status: 404,
    body: {
      error: { message: 'No models loaded. Please load a model in the developer page or use the `lms load` command.' },
    },
    code: 'endpoint-model-missing',
  },
  ...pythonErrorBodies,
  // Accounts of hosted services speak of limits in the same words.
  {
    server: 'hosted',
    what: 'quota',
    status: 400,
    body: { error: { message: 'Rate limit: maximum context length quota of your plan exceeded' } },
    code: 'endpoint-refused',
  },
]
