import { afterEach, expect, it } from 'vitest'
import { collectReply } from '../../../tests/fakes/collect-reply.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../../tests/fakes/fake-endpoint.ts'
import { chunkEvent, type Fault, replyEvents } from '../../../tests/fakes/fake-fault.ts'
import type { EndpointConnection } from '../address.ts'
import { type ChatRequest, streamChat } from '../chat.ts'

let fake: FakeEndpoint
afterEach(() => fake?.close())

async function ask(
  fault: Fault | readonly Fault[],
  changes: Partial<ChatRequest> = {},
  more: Partial<EndpointConnection> = {},
) {
  fake = await startFakeEndpoint()
  fake.setFault(fault)
  const endpoint: EndpointConnection = { kind: 'http', baseUrl: fake.url, key: null, ...more }
  return collectReply(
    streamChat({
      endpoint,
      model: 'fake-model',
      messages: [{ role: 'user', content: 'Hello' }],
      sampling: {},
      signal: new AbortController().signal,
      estimatedPromptTokens: 0,
      limits: { tailMs: 50, backoffMs: [] },
      ...changes,
    }),
  )
}

const bodies = () => fake.requests.map(({ body }) => body as Record<string, unknown>)
const sampling = { topK: 40, minP: 0.1, repeatPenalty: 1.1, temperature: 0.5 }

it('gets a request without each field that it refuses, one after another, and nothing else is lost', async () => {
  const field = ['return_progress', 'top_k', 'repetition_penalty', 'min_p']
  const reply = await ask({ type: 'refuse-field', field }, { sampling })
  expect(reply).toMatchObject({ error: null, refused: field, end: { finishReason: 'stop' } })
  const kept = ['model', 'messages', 'stream', 'stream_options', 'repeat_penalty', 'temperature']
  expect(Object.keys(bodies().at(-1) ?? {})).toEqual(kept)
  expect(fake.requests.length).toBe(5)
})

it('never gets again what it is known to refuse', async () => {
  const reply = await ask(
    { type: 'refuse-field', field: ['top_k', 'min_p'] },
    { sampling, refusedFields: ['top_k', 'min_p', 'model', 'messages'] },
  )
  expect(reply).toMatchObject({ error: null, refused: [] })
  expect(bodies().map((body) => [body.model, 'messages' in body, 'top_k' in body])).toEqual([
    ['fake-model', true, false],
  ])
})

it('is not asked without end when it refuses the model itself, or says the same whatever is left out', async () => {
  const refuses = (message: string): Fault => ({ type: 'status', status: 400, body: { error: { message } } })
  expect(await ask(refuses("Unknown parameter: 'messages'"))).toMatchObject({ error: { code: 'endpoint-refused' } })
  expect(fake.requests.length).toBe(1)
  await fake.close()
  expect(await ask(refuses("Unknown parameter: 'stream_options'"))).toMatchObject({
    error: { code: 'endpoint-refused' },
    refused: ['stream_options'],
  })
  expect(fake.requests.length).toBe(2)
})

it('is not asked without a field when the prompt is too long for it, whatever it names', async () => {
  const message = "max_tokens is not supported here: this model's maximum context length is 2048 tokens"
  const reply = await ask({ type: 'status', status: 400, body: { error: { message } } }, { sampling: { maxTokens: 9 } })
  expect(reply).toMatchObject({ error: { code: 'endpoint-overflow' }, refused: [] })
})

it('gets optional fields only as long as it takes them', async () => {
  const optional = {
    responseFormat: { type: 'json_object' },
    extraFields: { chat_template_kwargs: { enable_thinking: false } },
  }
  const reply = await ask({ type: 'refuse-field', field: ['chat_template_kwargs', 'response_format'] }, optional)
  expect(reply).toMatchObject({ error: null, refused: ['chat_template_kwargs', 'response_format'] })
  expect(bodies()[0]).toMatchObject({
    response_format: { type: 'json_object' },
    chat_template_kwargs: { enable_thinking: false },
  })
})

const withSystem = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
  ],
} satisfies Partial<ChatRequest>

it('gets the system prompt in the first message where its template knows no system role, now and from then on', async () => {
  const folded = [{ role: 'user', content: 'Be brief.\n\nHello' }]
  const reply = await ask({ type: 'refuse-system' }, withSystem)
  expect(reply).toMatchObject({ error: null, learned: { 'system-message': false } })
  expect(bodies().map(({ messages }) => messages)).toEqual([withSystem.messages, folded])
  await fake.close()
  await ask({ type: 'refuse-system' }, { ...withSystem, systemMessage: false })
  expect(bodies().map(({ messages }) => messages)).toEqual([folded])
})

it('is not asked again when it refuses a system role that was not sent', async () => {
  const body = { error: { message: 'System role not supported' } }
  expect(await ask({ type: 'status', status: 400, body })).toMatchObject({
    learned: {},
    error: { code: 'endpoint-refused' },
  })
  expect(fake.requests.length).toBe(1)
})

it('is asked for one whole answer where streaming is switched off', async () => {
  const reply = await ask({ type: 'not-streaming' }, {}, { streaming: false })
  expect(reply).toMatchObject({ error: null, end: { finishReason: 'stop' } })
  expect([reply.text.length > 0, reply.learned]).toEqual([true, {}])
  expect(bodies()).toEqual([{ model: 'fake-model', messages: [{ role: 'user', content: 'Hello' }], stream: false }])
})

it('is found not to stream when it answers a streaming request whole', async () => {
  expect((await ask({ type: 'not-streaming' })).learned).toMatchObject({ streaming: false })
})

it('shows what it can do in its answer', async () => {
  const timings = { prompt_n: 100, prompt_per_second: 12.3456, predicted_n: 2, predicted_per_second: 5, cache_n: 28 }
  const chunks = [
    `data: ${JSON.stringify({ choices: [], prompt_progress: { total: 128, cache: 28, processed: 64, time_ms: 1 } })}\n\n`,
    chunkEvent({ reasoning_content: 'hm' }),
    ...replyEvents(['Yes']).slice(0, 3),
    `data: ${JSON.stringify({ choices: [], timings })}\n\ndata: [DONE]\n\n`,
  ]
  expect(await ask({ type: 'raw', chunks })).toMatchObject({
    error: null,
    usage: { promptTokens: 128, completionTokens: 2, cachedTokens: 28 },
    learned: { 'prefill-speed': 12.3, timings: true, progress: true, reasoning: true, streaming: true, usage: true },
  })
})

it('may ask for tools instead of answering, which is a whole reply', async () => {
  const call = (index: number, named: object, id?: string) =>
    chunkEvent({ tool_calls: [{ index, ...(id ? { id } : {}), function: named }] })
  const calls = [
    call(0, { name: 'look', arguments: '{"at"' }, 'a'),
    call(1, { name: 'say', arguments: '{}' }, 'b'),
    call(0, { arguments: ':1}' }),
  ]
  const reply = await ask({ type: 'raw', chunks: [...calls, chunkEvent({}, 'tool_calls'), 'data: [DONE]\n\n'] })
  expect(reply).toMatchObject({
    text: '',
    error: null,
    end: { finishReason: 'tool_calls' },
    phases: ['connecting', 'reading', 'writing'],
    toolCalls: [
      { id: 'a', name: 'look', arguments: '{"at":1}' },
      { id: 'b', name: 'say', arguments: '{}' },
    ],
  })
  await fake.close()
  // Half a call is no call, and what has begun is never asked for again.
  const broken = await ask([{ type: 'raw', chunks: calls, after: 'reset' }], { limits: { backoffMs: [1, 1] } })
  expect([broken.error, broken.toolCalls, fake.requests.length]).toMatchObject([{ code: 'stream-broken' }, [], 1])
})

it.each(['stop', 'length', 'content_filter', 'eos_token'])('ends with the reason that it gave: %s', async (reason) => {
  const reply = await ask({ type: 'raw', chunks: replyEvents(['Yes'], reason) })
  expect(reply).toMatchObject({ text: 'Yes', end: { finishReason: reason }, error: null })
})
