import { describe, expect, it } from 'vitest'
import { type RequestBody, refusedField, refusesSystemRole, requestBody } from './request-body.ts'

const base = { model: 'm', messages: [], sampling: {}, stream: true, systemMessage: true, leftOut: new Set<string>() }

describe('the body of a request', () => {
  it('names every field as local servers do', () => {
    const sampling = {
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      minP: 0.05,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      repeatPenalty: 1.1,
      maxTokens: 100,
      seed: 7,
      stop: ['END'],
      reasoningEffort: 'low' as const,
    }
    expect(requestBody({ ...base, sampling })).toEqual({
      model: 'm',
      messages: [],
      stream: true,
      stream_options: { include_usage: true },
      return_progress: true,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      min_p: 0.05,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      repeat_penalty: 1.1,
      repetition_penalty: 1.1,
      max_tokens: 100,
      seed: 7,
      stop: ['END'],
      reasoning_effort: 'low',
    })
  })

  it('says nothing of a limit that is none, nor of a stream that is not asked for', () => {
    const sampling = { maxTokens: -1, stop: [] }
    expect(requestBody({ ...base, sampling, stream: false })).toEqual({ model: 'm', messages: [], stream: false })
  })

  it('leaves out what is refused, but never what makes it this request', () => {
    const leftOut = new Set(['top_k', 'model', 'messages', 'stream'])
    expect(requestBody({ ...base, sampling: { topK: 1, topP: 1 }, stream: false, leftOut })).toEqual({
      model: 'm',
      messages: [],
      stream: false,
      top_p: 1,
    })
  })
})

describe('a refusal', () => {
  const body: RequestBody = {
    model: 'm',
    messages: [],
    stream: true,
    stream_options: {},
    top_k: 1,
    stop: ['x'],
    seed: 1,
    min_p: 0,
  }

  it.each([
    [400, `{"error":{"message":"Unknown parameter: 'top_k'","param":"top_k"}}`, 'top_k'],
    [400, '{"error":{"message":"Unrecognized request argument supplied: min_p"}}', 'min_p'],
    [
      422,
      '{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}',
      'seed',
    ],
    [400, `{"error":"Field 'stop' is not supported by this model"}`, 'stop'],
    [501, '{"error":{"message":"min_p is not implemented"}}', 'min_p'],
    [400, '{"error":{"message":"stream_options can only be used with a newer version"}}', 'stream_options'],
  ])('of status %i in any dialect names its field: %s', (status, said, field) => {
    expect(refusedField(status, said, body)).toBe(field)
  })

  it.each([
    ['a value out of range', 400, '{"error":{"message":"top_k must be at least 1"}}'],
    ['something else', 400, '{"error":{"message":"the model stopped; seed the cache and stop"}}'],
    ['the model', 400, `{"error":{"message":"Unknown parameter: 'model'"}}`],
    ['itself, with the request beside it', 500, '{"error":"KeyError in {stream_options: {}, top_k: 1}"}'],
    ['a missing key', 401, `{"error":{"message":"Unknown parameter: 'top_k'"}}`],
    ['a field that was not sent', 400, `{"error":{"message":"Unknown parameter: 'top_kk'"}}`],
  ])('is not seen in a complaint about %s', (_what, status, said) => {
    expect(refusedField(status, said, body)).toBeNull()
  })

  it('of the system role is known by its words', () => {
    expect(refusesSystemRole('{"error":{"message":"System role not supported"}}')).toBe(true)
    expect(refusesSystemRole('{"error":"the system is busy"}')).toBe(false)
  })
})
