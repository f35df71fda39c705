/** What a server answers when it cannot do what was asked, and what that means. */
export interface ErrorBody {
  server: string
  what: string
  status: number
  /** As sent: an object is JSON. */
  body: unknown
  code: string
  promptTokens?: number | null
  windowTokens?: number | null
  isAtLeast?: true
}

/** Of the servers that are no relatives of llama.cpp, and of LocalAI. */
export const pythonErrorBodies: readonly ErrorBody[] = [
  // vLLM and SGLang
  {
    server: 'vLLM',
    what: 'prompt too long',
    status: 400,
    body: {
      error: {
        message:
          "You passed 1015 input tokens and requested 10 output tokens. However, the model's context length is only 1024 tokens, resulting in a maximum input length of 1014 tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=1015)",
        type: 'BadRequestError',
        param: 'input_tokens',
        code: 400,
      },
    },
    code: 'endpoint-overflow',
    promptTokens: 1015,
    windowTokens: 1024,
    isAtLeast: true,
  },
  {
    server: 'vLLM',
    what: 'prompt and answer too long',
    status: 400,
    body: {
      error: {
        message:
          "This model's maximum context length is 16384 tokens. However, you requested 8192 output tokens and your prompt contains at least 8193 input tokens, for a total of at least 16385 tokens.",
        type: 'BadRequestError',
        code: 400,
      },
    },
    code: 'endpoint-overflow',
    promptTokens: 8193,
    windowTokens: 16384,
    isAtLeast: true,
  },
  {
    server: 'vLLM',
    what: 'prompt too long, without an envelope',
    status: 400,
    body: {
      object: 'error',
      message:
        "This model's maximum context length is 2048 tokens. However, you requested 3000 tokens (2000 in the messages, 1000 in the completion). Please reduce the length of the messages or completion.",
      type: 'BadRequestError',
      param: null,
      code: 400,
    },
    code: 'endpoint-overflow',
    promptTokens: 2000,
    windowTokens: 2048,
  },
  {
    server: 'vLLM',
    what: 'answer too long',
    status: 400,
    body: {
      error: {
        message:
          "'max_tokens' or 'max_completion_tokens' is too large: 3000. This model's maximum context length is 2048 tokens and your request has 100 input tokens (3000 > 2048 - 100).",
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
    },
    code: 'endpoint-overflow',
    promptTokens: 100,
    windowTokens: 2048,
  },
  {
    server: 'vLLM',
    what: 'unknown model',
    status: 404,
    body: { error: { message: 'The model `nope` does not exist.', type: 'NotFoundError', code: 404 } },
    code: 'endpoint-model-missing',
  },
  {
    server: 'vLLM',
    what: 'image to a text model',
    status: 400,
    body: { error: { message: 'llama is not a multimodal model', type: 'BadRequestError', code: 400 } },
    code: 'endpoint-no-images',
  },
  {
    server: 'SGLang',
    what: 'prompt too long',
    status: 400,
    body: {
      object: 'error',
      message: "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
      type: 'BadRequest',
      code: 400,
    },
    code: 'endpoint-overflow',
    promptTokens: 5000,
    windowTokens: 4096,
  },
  {
    server: 'SGLang',
    what: 'prompt and answer too long',
    status: 400,
    body: {
      object: 'error',
      message:
        "Requested token count exceeds the model's maximum context length of 4096 tokens. You requested a total of 5000 tokens: 4000 tokens from the input messages and 1000 tokens for the completion.",
      type: 'BadRequest',
      code: 400,
    },
    code: 'endpoint-overflow',
    promptTokens: 4000,
    windowTokens: 4096,
  },
  {
    server: 'KoboldCpp',
    what: 'busy',
    status: 503,
    body: { detail: { msg: 'Server is busy; please try again later.', type: 'service_unavailable' } },
    code: 'endpoint-busy',
  },
  // LocalAI
  {
    server: 'LocalAI',
    what: 'prompt too long',
    status: 500,
    body: {
      error: {
        code: 500,
        message:
          'rpc error: code = Internal desc = request (20652 tokens) exceeds the available context size (8192 tokens), try increasing it',
        type: '',
      },
    },
    code: 'endpoint-overflow',
    promptTokens: 20652,
    windowTokens: 8192,
  },
]
