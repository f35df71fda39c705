import { describe, expect, it } from 'vitest'
import { readOverflow } from './overflow.ts'

describe('a prompt that is too long', () => {
  it.each<[string, string, number | null, number | null]>([
    [
      'llama.cpp',
      '{"error":{"code":400,"message":"request (4170 tokens) exceeds the available context size (4096 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":4170,"n_ctx":4096}}',
      4170,
      4096,
    ],
    [
      'Ollama, with JSON in a string',
      JSON.stringify({
        error: JSON.stringify({ error: { type: 'exceed_context_size_error', n_prompt_tokens: 4170, n_ctx: 4096 } }),
      }),
      4170,
      4096,
    ],
    [
      'LocalAI',
      'rpc error: code = Internal desc = request (20652 tokens) exceeds the available context size (8192 tokens), try increasing it',
      20652,
      8192,
    ],
    ['LM Studio', 'Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)', 15028, 7424],
    [
      'LM Studio, older',
      'Trying to keep the first 15028 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
      15028,
      4096,
    ],
    ['LM Studio, in the middle', 'Reached context length of 4096 tokens with model (arch: x)', null, 4096],
    [
      'vLLM',
      "You passed 1015 input tokens and requested 10 output tokens. However, the model's context length is only 1024 tokens, resulting in a maximum input length of 1014 tokens.",
      1015,
      1024,
    ],
    [
      'vLLM, older',
      "This model's maximum context length is 16384 tokens. However, you requested 8192 output tokens and your prompt contains at least 8193 input tokens",
      8193,
      16384,
    ],
    ['SGLang', "The input (5000 tokens) is longer than the model's context length (4096 tokens).", 5000, 4096],
    ['MLX', 'Context size has been exceeded', null, null],
    ['Ollama', 'no user query found in messages', null, null],
  ])('is recognised in the words of %s', (_server, text, promptTokens, windowTokens) => {
    expect(readOverflow(text)).toMatchObject({ promptTokens, windowTokens })
  })

  it.each([
    'Rate limit exceeded: the maximum context length quota of your plan is used up',
    'Invalid API Key',
    'model not found',
    '',
  ])('is not seen in: %s', (text) => {
    expect(readOverflow(text)).toBeNull()
  })

  it.each<[string, boolean | undefined]>([
    ['maximum context length is 9 tokens. However, your prompt contains at least 8 input tokens', true],
    ['context length is only 9 tokens, resulting in a maximum input length of 8 tokens', true],
    ['maximum context length is 9 tokens and your request has 8 input tokens', undefined],
  ])('is counted to its end or not, as in: %s', (text, isAtLeast) => {
    expect(readOverflow(text)?.isAtLeast).toBe(isAtLeast)
  })
})
