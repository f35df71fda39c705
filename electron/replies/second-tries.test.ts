import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { v7 as uuid } from 'uuid'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint, Sampling } from '../../shared/record-types.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../tests/fakes/fake-endpoint.ts'
import { chunkEvent, type Fault, replyEvents } from '../../tests/fakes/fake-fault.ts'
import { capabilityOf, knownCapabilities } from '../endpoint/capabilities.ts'
import { createEndpoint } from '../endpoint/saved-endpoints.ts'
import { type History, openHistory } from '../history/history.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { createKeyStore } from '../keys/key-store.ts'
import { noKeyring } from '../keys/testing/fake-keyring.ts'
import { createReplies, type Replies } from './replies.ts'

// A real history file, a real worker, a real HTTP server.
let workerUrl: string
let folder: string
let fake: FakeEndpoint
let history: History
let replies: Replies
let endpoint: Endpoint
let conversationId: string

beforeAll(async () => {
  workerUrl = path.join(await bundleForNode({ worker: 'worker.ts' }), 'worker.mjs')
})

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-tries-'))
  fake = await startFakeEndpoint({ contextTokens: 1_000_000 })
  const keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  history = await openHistory({ file: path.join(folder, 'history.db'), key: Buffer.alloc(32, 7), workerUrl })
  replies = createReplies({ history, keys, onCount: () => {} })
  const fields = { name: 'Fake', kind: 'http' as const, defaultModel: MODEL, windowTokens: null }
  endpoint = await createEndpoint(history, keys, { ...fields, baseUrl: fake.url, key: null })
  const { id } = await history.createConversation({
    id: uuid(),
    systemPrompt: 'Be brief.',
    endpointId: null,
    model: null,
    now: 1,
  })
  conversationId = id
})

afterEach(async () => {
  await replies.interruptAll()
  await history.close()
  await fake.close()
  rmSync(folder, { recursive: true, force: true })
})

const MODEL = 'alcove-demo'
const LONG = 'The harbour was quiet and the boats lay still. '.repeat(60)

async function send(text: string, faults: Fault | readonly (Fault | null)[] | null = null) {
  fake.setFault(faults as Fault | null)
  const { replyId } = await replies.start({ conversationId, action: { type: 'send', text } })
  await replies.whenIdle()
  return history.getMessage({ messageId: replyId })
}

const chats = () =>
  fake.requests.filter(({ path: at }) => at.endsWith('/chat/completions')).map(({ body }) => body as Body)
const known = async () => knownCapabilities(history, endpoint.id, MODEL)
const setSampling = (sampling: Sampling) =>
  history.updateConversation({ conversationId, changes: { settings: { sampling } }, now: 2 })

interface Body extends Record<string, unknown> {
  messages: { role: string; content: string }[]
}

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

  it('is not sent again where nothing could be left out', async () => {
    const reply = await send(LONG, tooLong(3_400, 2_048))
    expect(chats().length).toBe(1)
    expect(reply.error?.message).toContain('3,400')
    expect(reply.error?.message).toContain('2,048')
  })

  it('is known by an empty answer when it nearly fills the window', async () => {
    for (let turn = 0; turn < 8; turn += 1) await send(LONG)
    await history.setCapabilities({
      endpointId: endpoint.id,
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
    await setSampling({ topK: 20, temperature: 0.5 })
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
