import { describe, expect, it } from 'vitest'
import { createReplyReader, type ReplyState } from './reply-reader.ts'

function read(...chunks: unknown[]) {
  const reader = createReplyReader()
  const events = chunks.flatMap((chunk) =>
    reader.read({ type: 'event', event: null, data: typeof chunk === 'string' ? chunk : JSON.stringify(chunk) }),
  )
  return { events: [...events, ...reader.end()], state: reader.state, toolCalls: reader.toolCalls() }
}

const delta = (content: unknown) => ({ choices: [{ delta: { content } }] })

describe('counts of tokens', () => {
  it.each<[string, object, ReplyState['usage']]>([
    [
      'usage',
      { usage: { prompt_tokens: 5, completion_tokens: 0 } },
      { promptTokens: 5, completionTokens: 0, cachedTokens: null },
    ],
    [
      'usage with what was kept from before',
      { usage: { prompt_tokens: 5, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 3 } } },
      { promptTokens: 5, completionTokens: 2, cachedTokens: 3 },
    ],
    [
      'timings alone',
      { timings: { prompt_n: 4, cache_n: 6, predicted_n: 2 } },
      { promptTokens: 10, completionTokens: 2, cachedTokens: 6 },
    ],
    [
      'timings without a cache',
      { timings: { prompt_n: 4, predicted_n: 2 } },
      { promptTokens: 4, completionTokens: 2, cachedTokens: null },
    ],
    ['usage without one half', { usage: { prompt_tokens: 5 } }, null],
    ['usage without the other half', { usage: { completion_tokens: 5 } }, null],
    ['texts', { usage: { prompt_tokens: '5', completion_tokens: '2' } }, null],
    ['less than nothing', { usage: { prompt_tokens: -5, completion_tokens: 2 } }, null],
    ['parts of a token', { usage: { prompt_tokens: 5.5, completion_tokens: 2 } }, null],
    ['more than can be counted', { usage: { prompt_tokens: 2 ** 53, completion_tokens: 2 } }, null],
  ])('come from %s', (_from, chunk, usage) => {
    expect(read(chunk).state.usage).toEqual(usage)
  })

  it('are the newest, and what was told stays told', () => {
    const first = { usage: { prompt_tokens: 1, completion_tokens: 1 }, timings: { predicted_per_second: 4 } }
    const { state } = read(first, delta('Yes'), { usage: { prompt_tokens: 1, completion_tokens: 2 } })
    expect(state).toMatchObject({ usage: { completionTokens: 2 }, timings: true, tokensPerSecond: 4 })
  })
})

describe('what a server tells of its work', () => {
  it.each<[unknown, number | null]>([
    [12.5, 12.5],
    [0, null],
    [-1, null],
    ['12', null],
    [null, null],
  ])('counts as a speed only if it is one: %j', (speed, expected) => {
    const { state } = read({ timings: { prompt_n: 100, prompt_per_second: speed, predicted_per_second: speed } })
    expect(state.tokensPerSecond).toBe(expected)
    expect(state.prefill).toEqual(expected === null ? null : { promptTokens: 100, tokensPerSecond: expected })
  })

  it('counts no speed without end', () => {
    expect(read('{"timings":{"predicted_per_second":1e999}}').state.tokensPerSecond).toBeNull()
  })

  it.each<[object, boolean]>([
    [{ processed: 0, total: 9 }, true],
    [{ processed: 4 }, false],
    [{ total: 9 }, false],
    [{ processed: -1, total: 9 }, false],
  ])('counts as progress only with both its numbers: %j', (progress, counts) => {
    const { events, state } = read({ choices: [], prompt_progress: progress })
    expect([events, state.progress]).toEqual([counts ? [{ type: 'progress', ...progress }] : [], counts])
  })
})

describe('a piece of a reply', () => {
  it('is no tool call when its list of them is empty', () => {
    expect(read({ choices: [{ delta: { content: 'Yes', tool_calls: [] } }] })).toMatchObject({
      state: { toolPieces: 0 },
      toolCalls: [],
    })
  })

  it('counts no more after the end or an error', () => {
    expect(read(delta('a'), '[DONE]', delta('b')).events).toEqual([{ type: 'text-delta', text: 'a' }])
    expect(read(delta('a'), { error: 'bad' }, delta('b'), '[DONE]')).toMatchObject({
      events: [{ type: 'text-delta', text: 'a' }],
      state: { done: false, error: { body: { error: 'bad' } } },
    })
  })

  it.each<[unknown, unknown]>([
    [{ error: { message: 'bad' } }, { error: { message: 'bad' } }],
    [
      { object: 'error', message: 'bad' },
      { object: 'error', message: 'bad' },
    ],
    [{ object: 'list', message: 'fine' }, null],
    [{ object: 'error', message: 5 }, null],
    [{ error: '' }, null],
    [{ error: null }, null],
  ])('is an error in every dialect, and only then: %j', (chunk, body) => {
    expect(read(chunk).state.error).toEqual(body === null ? null : { body })
  })

  it.each<[string, unknown]>([
    ['{"message":"bad"}', { message: 'bad' }],
    ['out of memory', 'out of memory'],
  ])('is an error by the name of its event, JSON or not: %s', (data, body) => {
    const reader = createReplyReader()
    reader.read({ type: 'event', event: 'error', data })
    expect(reader.state.error).toEqual({ body })
  })
})
