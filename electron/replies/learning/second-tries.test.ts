import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chunkEvent, type Fault, replyEvents } from '../../../tests/fakes/fake-fault.ts'
import { buildWorker, MODEL, openStage, type Stage } from '../../../tests/setup/reply-stage.ts'
import { capabilityOf } from '../../endpoint/capabilities.ts'

let stage: Stage
beforeAll(buildWorker)
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const LONG = 'The harbour was quiet and the boats lay still. '.repeat(60)
const send: Stage['send'] = (...args) => stage.send(...args)
const talk = async (turns: number) => {
  for (let turn = 0; turn < turns; turn += 1) await send(LONG, { type: 'raw', chunks: replyEvents(['Yes.']) })
}
const chats = () => stage.chats()
const known = () => stage.known()

const windowNow = async () => (await known()).find(({ name }) => name === 'window')
const NOTHING: Fault = { type: 'no-text' }

/** Counts no further than the first token that is too many. */
const vllm = (asked: number, windowTokens: number): Fault => ({
  type: 'status',
  status: 400,
  body: {
    object: 'error',
    message: `This model's maximum context length is ${windowTokens} tokens. However, you requested ${asked} output tokens and your prompt contains at least ${windowTokens + 1} input tokens`,
  },
})

const tooLong = (promptTokens: number, windowTokens: number): Fault => ({
  type: 'status',
  status: 400,
  body: {
    error: {
      code: 400,
      message: `request (${promptTokens} tokens) exceeds the available context size (${windowTokens} tokens), try increasing it`,
      type: 'exceed_context_size_error',
      n_prompt_tokens: promptTokens,
      n_ctx: windowTokens,
    },
  },
})

const withUsage = (promptTokens: number): Fault => ({
  type: 'raw',
  chunks: [
    chunkEvent({ content: 'Fine.' }),
    chunkEvent({}, 'stop'),
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: promptTokens, completion_tokens: 1 } })}\n\n`,
    'data: [DONE]\n\n',
  ],
})

describe('a prompt that is too long', () => {
  it('is sent once more with fewer messages, and what the server told is kept', async () => {
    await talk(4)
    const before = chats().length
    const reply = await send('And now?', [tooLong(3_400, 2_048), null])
    const [first, second] = chats().slice(before)
    expect(second?.messages.length).toBeLessThan(first?.messages.length ?? 0)
    expect(second?.messages[0]).toEqual({ role: 'system', content: 'Be brief.' })
    expect(second?.messages.at(-1)).toEqual({ role: 'user', content: 'And now?' })
    expect(reply).toMatchObject({ status: 'complete', error: null })
    expect(reply.sent?.notices).toEqual([{ type: 'shortened', windowTokens: 2_048 }])
    expect(reply.sent).toMatchObject({ windowTokens: 2_048, windowSource: 'learned' })
    expect((await known()).find(({ name }) => name === 'window')).toMatchObject({ value: 2_048, source: 'learned' })
    expect(capabilityOf(await known(), 'token-ratio')).toBeGreaterThan(0.5)
  })

  it('fails in the end, with the numbers, when it is refused again', async () => {
    await talk(6)
    const before = chats().length
    const reply = await send('And now?', [tooLong(3_800, 3_072), tooLong(1_900, 1_024)])
    const [first, second, ...more] = chats().slice(before)
    expect(more).toEqual([])
    expect(second?.messages.length).toBeLessThan(first?.messages.length ?? 0)
    // There is still something that could be left out.
    expect(second?.messages.length).toBeGreaterThan(3)
    expect(reply).toMatchObject({ status: 'failed', error: { code: 'endpoint-overflow' } })
    expect(reply.error?.message).toContain('1,024')
  })

  it('is not sent again once text of the reply has come', async () => {
    await talk(4)
    const before = chats().length
    const error = { code: 500, message: 'Context size has been exceeded.', type: 'server_error' }
    const chunks = [chunkEvent({ content: 'Half a reply' }), `data: ${JSON.stringify({ error })}\n\n`]
    const reply = await send('And now?', { type: 'raw', chunks })
    expect(chats().length - before).toBe(1)
    expect(reply).toMatchObject({ status: 'interrupted', text: 'Half a reply', error: { code: 'endpoint-overflow' } })
  })

  it('is not sent again where nothing could be left out', async () => {
    const reply = await send(LONG, tooLong(3_400, 2_048))
    expect(chats().length).toBe(1)
    expect(reply.error?.message).toContain('3,400')
    expect(reply.error?.message).toContain('2,048')
  })

  it('is known by an empty answer when it fills its place', async () => {
    await talk(6)
    const endpointId = stage.endpoint.id
    const facts = [{ name: 'window', value: 4_000 }] as const
    await stage.history.setCapabilities({ endpointId, model: MODEL, source: 'user', facts, now: 3 })
    const before = chats().length
    const reply = await send('And now?', [NOTHING, null])
    const [first, second] = chats().slice(before)
    expect(second?.messages.length).toBeLessThan(first?.messages.length ?? 0)
    expect(reply).toMatchObject({ status: 'complete', sent: { notices: [{ type: 'shortened', windowTokens: null }] } })
  })

  it('is not suspected where an empty answer came to a short one', async () => {
    await talk(2)
    const reply = await send('And now?', NOTHING)
    expect(chats()).toHaveLength(3)
    expect(reply).toMatchObject({ status: 'failed', error: { code: 'reply-empty' } })
  })

  it('is sent with half of the messages where the server names no numbers', async () => {
    await talk(4)
    const before = chats().length
    const nameless: Fault = { type: 'status', status: 400, body: { error: 'Context size has been exceeded' } }
    const reply = await send('And now?', [nameless, null])
    const [first, second] = chats().slice(before)
    expect(second?.messages.length).toBeLessThan(first?.messages.length ?? 0)
    expect(reply.sent?.notices).toEqual([{ type: 'shortened', windowTokens: null }])
  })

  it('leaves what the second refusal told as well', async () => {
    await talk(4)
    await send('And now?', [tooLong(3_400, 2_048), tooLong(2_900, 1_024)])
    expect(await windowNow()).toMatchObject({ value: 1_024, source: 'learned' })
  })

  it('teaches how many tokens a text really has', async () => {
    const reply = await send(LONG, tooLong(1_500, 1_024))
    expect(capabilityOf(await known(), 'token-ratio')).toBeCloseTo(1_500 / Number(reply.sent?.estimatedTokens))
  })

  it('teaches nothing of its tokens where the server stopped counting', async () => {
    await talk(4)
    const before = capabilityOf(await known(), 'token-ratio')
    await send('And now?', [vllm(700, 512), null])
    expect(capabilityOf(await known(), 'token-ratio')).toBe(before)
  })

  it.each([
    ['a window that holds no conversation', 1],
    ['no window', 0],
  ])('is not believed to have met %s', async (_what, windowTokens) => {
    await talk(4)
    const reply = await send('And now?', [tooLong(3_400, windowTokens), null])
    expect(reply.status).toBe('complete')
    expect((await windowNow())?.source).not.toBe('learned')
  })

  it('is not believed to have a wild number of tokens', async () => {
    await talk(4)
    await send('And now?', [tooLong(999_999_999, 2_048), null])
    expect(capabilityOf(await known(), 'token-ratio')).toBeLessThanOrEqual(4)
  })

  it('keeps its messages where the longest answer is to blame, which is asked to be shorter', async () => {
    await stage.setSampling({ maxTokens: 3_000 })
    const message =
      "'max_tokens' or 'max_completion_tokens' is too large: 3000. This model's maximum context length is 2048 tokens and your request has 1200 input tokens (3000 > 2048 - 1200)."
    const reply = await send(LONG, [{ type: 'status', status: 400, body: { error: { message } } }, null])
    const [first, second] = chats()
    expect(first?.max_tokens).toBe(3_000)
    expect(second?.max_tokens).toBeGreaterThan(500)
    expect(second?.max_tokens).toBeLessThanOrEqual(2_048 - 1_200)
    expect(second?.messages).toEqual(first?.messages)
    expect(reply.status).toBe('complete')
    expect(reply.sent?.notices).toBeUndefined()
  })
})

describe('a reply that fills the window', () => {
  it('is kept, and the window is known from then on', async () => {
    const message =
      'Reached context length of 2048 tokens with model (arch: qwen2) that does not currently support this'
    const chunks = [
      chunkEvent({ content: 'Half an' }),
      `event: error\ndata: ${JSON.stringify({ error: { message } })}\n\n`,
    ]
    const reply = await send('Hello', { type: 'raw', chunks })
    expect(reply).toMatchObject({ status: 'interrupted', text: 'Half an', error: { code: 'endpoint-overflow' } })
    expect(await windowNow()).toMatchObject({ value: 2_048, source: 'learned' })
  })
})

describe('a prompt that a server cut in silence', () => {
  it('is told beside the reply, which stays, and teaches the window', async () => {
    const reply = await send(LONG.repeat(3), withUsage(1_026))
    expect(reply).toMatchObject({ status: 'complete', text: 'Fine.' })
    const estimatedTokens = reply.sent?.estimatedTokens
    expect(reply.sent?.notices).toEqual([{ type: 'prompt-cut', promptTokens: 1_026, estimatedTokens }])
    expect((await known()).find(({ name }) => name === 'window')).toMatchObject({ value: 2_048, source: 'learned' })
    expect(capabilityOf(await known(), 'token-ratio')).toBeUndefined()
  })

  it('never teaches a larger window than was believed in', async () => {
    const endpointId = stage.endpoint.id
    const facts = [{ name: 'window', value: 1_500 }] as const
    await stage.history.setCapabilities({ endpointId, model: MODEL, source: 'user', facts, now: 3 })
    const reply = await send(LONG.repeat(3), withUsage(1_026))
    expect(reply.sent?.notices).toMatchObject([{ type: 'prompt-cut' }])
    const all = await stage.history.getCapabilities({ endpointId, model: MODEL })
    expect(all.filter(({ name, source }) => name === 'window' && source === 'learned')).toEqual([])
  })

  it('is not suspected where the server read what was sent', async () => {
    const reply = await send(LONG.repeat(3), withUsage(1_700))
    expect(reply.sent?.notices).toBeUndefined()
    expect(capabilityOf(await known(), 'token-ratio')).toBeGreaterThan(0)
  })
})

describe('a field that the server refuses', () => {
  const refuses = (field: string): Fault => ({ type: 'refuse-field', field })

  it('is left out at once, told once, and not sent again', async () => {
    await stage.setSampling({ topK: 20, temperature: 0.5 })
    const reply = await send('Hello', refuses('top_k'))
    expect(reply.status).toBe('complete')
    expect(reply.sent?.notices).toEqual([{ type: 'fields-refused', fields: ['top_k'] }])
    const next = await send('Again', refuses('top_k'))
    expect(next.sent?.notices).toBeUndefined()
    expect(chats().map((body) => [body.top_k, body.temperature])).toEqual([
      [20, 0.5],
      [undefined, 0.5],
      [undefined, 0.5],
    ])
    expect(capabilityOf(await known(), 'refused-fields')).toEqual(['top_k'])
  })

  it("is nobody's concern where nobody chose it", async () => {
    const reply = await send('Hello', refuses('return_progress'))
    expect(reply).toMatchObject({ status: 'complete' })
    expect(reply.sent?.notices).toBeUndefined()
    expect(capabilityOf(await known(), 'refused-fields')).toEqual(['return_progress'])
  })
})

it('keeps the tools that a model asked for as data', async () => {
  const call = (delta: object) => chunkEvent({ tool_calls: [delta] })
  const chunks = [
    chunkEvent({ content: 'One moment.' }),
    call({ index: 0, id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{"q":' } }),
    call({ index: 0, function: { arguments: '"tide"}' } }),
    ...replyEvents([], 'tool_calls').slice(1),
  ]
  const reply = await send('Hello', { type: 'raw', chunks })
  expect(reply).toMatchObject({ status: 'complete', finishReason: 'tool_calls' })
  expect(reply.toolCalls).toEqual([{ id: 'call_1', name: 'look_up', arguments: '{"q":"tide"}' }])
})

it('keeps what the answers showed of the model', async () => {
  await send('Hello')
  const shown = Object.fromEntries((await known()).map(({ name, value, source }) => [name, [value, source]]))
  expect(shown).toMatchObject({ streaming: [true, 'learned'], usage: [true, 'learned'], timings: [true, 'learned'] })
  // A short prompt is mostly what the template adds, so that it says nothing of how texts are counted.
  expect(shown['token-ratio']).toBeUndefined()
})
