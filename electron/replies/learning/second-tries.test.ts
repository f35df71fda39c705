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
const chats = () => stage.chats()
const known = () => stage.known()

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
    for (let turn = 0; turn < 4; turn += 1) await send(LONG)
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
    for (let turn = 0; turn < 4; turn += 1) await send(LONG)
    const before = chats().length
    const reply = await send('And now?', [tooLong(3_400, 2_048), tooLong(2_900, 1_024)])
    expect(chats().length - before).toBe(2)
    expect(reply).toMatchObject({ status: 'failed', error: { code: 'endpoint-overflow' } })
  })

  it('is not sent again once text of the reply has come', async () => {
    for (let turn = 0; turn < 4; turn += 1) await send(LONG)
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

  it('is known by an empty answer when it nearly fills the window', async () => {
    for (let turn = 0; turn < 8; turn += 1) await send(LONG)
    await stage.history.setCapabilities({
      endpointId: stage.endpoint.id,
      model: MODEL,
      source: 'user',
      facts: [{ name: 'window', value: 4_000 }],
      now: 3,
    })
    const before = chats().length
    const reply = await send(LONG.repeat(3), [{ type: 'no-text' }, null])
    expect(chats().length - before).toBeGreaterThanOrEqual(1)
    expect(['complete', 'failed']).toContain(reply.status)
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
})
