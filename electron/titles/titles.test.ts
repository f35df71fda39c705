import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuid } from 'uuid'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Endpoint, Settings } from '../../shared/record-types.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../tests/fakes/fake-endpoint.ts'
import { type Fault, replyEvents } from '../../tests/fakes/fake-fault.ts'
import { capabilityOf, knownCapabilities } from '../endpoint/capabilities.ts'
import { createEndpoint } from '../endpoint/saved-endpoints.ts'
import { type History, openHistory } from '../history/history.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { createKeyStore, type KeyStore } from '../keys/key-store.ts'
import { noKeyring } from '../keys/testing/fake-keyring.ts'
import { type Replying, startReplying } from '../lifecycle/start-replying.ts'
import { listConnections } from '../network/network-log.ts'

// A real history file, a real worker, a real HTTP server; only the pause is short.
const IDLE_MS = 40
const MODEL = 'alcove-demo'
const QUESTION = 'When do the cherries bloom?'
const ANSWER: Fault = { type: 'reply', text: 'At the end of March.\n\nOr later. 🌸' }
const TITLE: Fault = { type: 'reply', text: '"Cherry blossoms in Kyoto"' }

let workerUrl: string
let folder: string
let fake: FakeEndpoint
let keys: KeyStore
let history: History
let alcove: Replying
let endpoint: Endpoint
let conversationId: string

beforeAll(async () => {
  workerUrl = path.join(await bundleForNode({ worker: 'worker.ts' }), 'worker.mjs')
})

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-titles-'))
  fake = await startFakeEndpoint()
  keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  history = await openHistory({ file: path.join(folder, 'history.db'), key: Buffer.alloc(32, 7), workerUrl })
  alcove = startReplying({ history, keys, onCount: () => {}, idleMs: IDLE_MS })
  endpoint = await addEndpoint('Fake', fake.url)
  conversationId = await newConversation()
})

afterEach(async () => {
  await alcove.stopReplying()
  await history.close()
  await fake.close()
  rmSync(folder, { recursive: true, force: true })
})

const addEndpoint = (name: string, baseUrl: string, kind: 'http' | 'demo' = 'http') =>
  createEndpoint(history, keys, { name, kind, defaultModel: MODEL, windowTokens: null, baseUrl, key: null })

async function newConversation(): Promise<string> {
  const fields = { id: uuid(), systemPrompt: 'You know Japan.', endpointId: null, model: null, now: Date.now() }
  return (await history.createConversation(fields)).id
}

interface Body extends Record<string, unknown> {
  messages: { role: string; content: string }[]
}

const chats = (server = fake) =>
  server.requests.filter(({ path: at }) => at.endsWith('/chat/completions')).map(({ body }) => body as Body)
const titleOf = async (id = conversationId) => (await history.getConversation({ conversationId: id })).title
const change = (values: Partial<Settings>) => history.setSettings({ values })

const start = (id = conversationId) =>
  alcove.replies.start({ conversationId: id, action: { type: 'send', text: QUESTION } })

/** A question and its whole answer; what comes after that meets the further faults. */
async function exchange(faults: readonly Fault[], id = conversationId): Promise<void> {
  fake.setFault([ANSWER, ...faults])
  await start(id)
  await alcove.replies.whenIdle()
}

async function untilAsked(count: number, server = fake): Promise<Body> {
  while (chats(server).length < count) await sleep(5)
  return chats(server)[count - 1] as Body
}

async function untilTitled(title: string, id = conversationId): Promise<void> {
  while ((await titleOf(id)) !== title) await sleep(5)
}

/** Longer than any pause that something could be waiting for. */
const longPause = () => sleep(IDLE_MS * 5)

describe('a title', () => {
  it('is the first line at once, and what the model says in the next pause', async () => {
    await exchange([TITLE])
    expect(await titleOf()).toBe(QUESTION)
    await untilTitled('Cherry blossoms in Kyoto')
    expect(chats().length).toBe(2)
  })

  it('is asked for behind the very messages that the server has read, and its answer', async () => {
    await exchange([TITLE])
    const asked = await untilAsked(2)
    const read = [...(chats()[0] as Body).messages, { role: 'assistant', content: ANSWER.text }]
    expect(JSON.stringify(asked.messages.slice(0, -1))).toBe(JSON.stringify(read))
    expect(asked.messages.at(-1)?.role).toBe('user')
    expect(asked).toMatchObject({ model: MODEL, max_tokens: 40, chat_template_kwargs: { enable_thinking: false } })
  })

  it('is asked for once in the life of a conversation', async () => {
    await exchange([TITLE])
    await untilTitled('Cherry blossoms in Kyoto')
    await exchange([{ type: 'reply', text: 'Another' }])
    await longPause()
    expect(chats().length).toBe(3)
    expect(await titleOf()).toBe('Cherry blossoms in Kyoto')
  })

  it('is given up at once when the person sends something, and asked for again in the next pause', async () => {
    await exchange([{ type: 'silent' }])
    await untilAsked(2)
    fake.setFault([ANSWER, TITLE])
    await start()
    await fake.whenDisconnected()
    await untilTitled('Cherry blossoms in Kyoto')
    const again = await untilAsked(4)
    expect(again.messages.slice(0, -2)).toEqual((chats()[2] as Body).messages)
  })

  it('is given up at once when the person writes', async () => {
    await exchange([{ type: 'silent' }])
    await untilAsked(2)
    fake.setFault(TITLE)
    alcove.background.noteActivity()
    await fake.whenDisconnected()
    await untilTitled('Cherry blossoms in Kyoto')
  })

  it('is asked for once no reply is being written anywhere', async () => {
    fake.setFault([{ type: 'stalls', afterTokens: 2 }, ANSWER, TITLE])
    const { replyId } = await start()
    await untilAsked(1)
    const other = await newConversation()
    const answered = await start(other)
    while ((await history.getMessage({ messageId: answered.replyId })).status === 'streaming') await sleep(5)
    await longPause()
    expect(chats().length).toBe(2)
    alcove.replies.stop(replyId)
    await untilTitled('Cherry blossoms in Kyoto', other)
  })

  it('is given up for good when a person names the conversation', async () => {
    await exchange([{ type: 'silent' }])
    await untilAsked(2)
    alcove.titles.cancel(conversationId)
    await fake.whenDisconnected()
    await longPause()
    expect(chats().length).toBe(2)
  })

  it('never replaces the name that a person gave while the model was at it', async () => {
    await exchange([{ type: 'slow-first-byte', delayMs: IDLE_MS }])
    await untilAsked(2)
    await history.renameConversation({ conversationId, title: 'Spring', source: 'user' })
    await fake.whenDisconnected()
    await longPause()
    expect(await titleOf()).toBe('Spring')
  })

  it('is given up when the app quits', async () => {
    await exchange([{ type: 'silent' }])
    await untilAsked(2)
    await alcove.stopReplying()
    await fake.whenDisconnected()
    await longPause()
    expect(chats().length).toBe(2)
  })

  it('makes room in the moment in which the person sends something, before anything is read or stored', async () => {
    let room: AbortSignal | undefined
    alcove.background.add({
      key: 'other work',
      run: (signal) => {
        room = signal
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    })
    while (room === undefined) await sleep(5)
    fake.setFault([ANSWER, TITLE])
    const started = start()
    expect(room.aborted).toBe(true)
    await started
  })

  it('is asked for behind what came of a continued reply, as its server has read it', async () => {
    fake.setFault({ type: 'stalls', afterTokens: 3 })
    const { replyId } = await start()
    while ((await history.getMessage({ messageId: replyId })).text === '') await sleep(5)
    alcove.replies.stop(replyId)
    await alcove.replies.whenIdle()
    fake.setFault([{ type: 'reply', text: ' And the rest.' }, TITLE])
    await alcove.replies.start({ conversationId, action: { type: 'continue', messageId: replyId } })
    const asked = await untilAsked(3)
    const read = [...(chats()[1] as Body).messages, { role: 'assistant', content: ' And the rest.' }]
    expect(asked.messages.slice(0, -1)).toEqual(read)
  })

  it('is not asked for where the first line is what the person wants, or the demo answers', async () => {
    await change({ titles: 'first-line' })
    await exchange([TITLE])
    await longPause()
    expect(chats().length).toBe(1)
    await change({ titles: 'model', backgroundEndpointId: (await addEndpoint('Demo', '', 'demo')).id })
    await exchange([TITLE])
    await new Promise<void>((resolve) => alcove.background.add({ key: 'next', run: async () => resolve() }))
    expect(chats().length).toBe(2)
    expect(await titleOf()).toBe(QUESTION)
    expect(await history.awaitsModelTitle({ conversationId })).toBe(true)
  })

  it('is not asked for after a reply that was stopped', async () => {
    fake.setFault({ type: 'stalls', afterTokens: 3 })
    const { replyId } = await start()
    while ((await history.getMessage({ messageId: replyId })).text === '') await sleep(5)
    alcove.replies.stop(replyId)
    await alcove.replies.whenIdle()
    await longPause()
    expect(chats().length).toBe(1)
  })

  it('is not asked for when the request would not fit the window', async () => {
    fake.setFault({ type: 'raw', chunks: replyEvents(['The cherries bloom. '.repeat(1_000)]) })
    await start()
    await alcove.replies.whenIdle()
    await longPause()
    expect(chats().length).toBe(1)
  })
})

describe('an answer that is no title', () => {
  it.each([
    ['a refusal', { type: 'reply', text: "I'm sorry, I can't do that." }],
    ['nothing', { type: 'no-text' }],
    ['thoughts alone', { type: 'reply', text: '', reasoning: 'Let me see.' }],
    ['one that was cut', { type: 'raw', chunks: replyEvents(['Cherry blossoms in'], 'length') }],
    ['one without an end', { type: 'endless' }],
  ] as [string, Fault][])('leaves the first line, and is not asked for again: %s', async (_name, fault) => {
    await exchange([fault])
    await untilAsked(2)
    while (await history.awaitsModelTitle({ conversationId })) await sleep(5)
    await fake.whenDisconnected()
    await exchange([TITLE])
    await longPause()
    expect(chats().length).toBe(3)
    expect(await titleOf()).toBe(QUESTION)
  })
})

describe('a title that fails', () => {
  it('is not tried again in this run, and leaves other conversations theirs', async () => {
    await exchange([{ type: 'reset' }])
    await untilAsked(2)
    await longPause()
    await exchange([TITLE])
    await longPause()
    expect(chats().length).toBe(3)
    expect(await titleOf()).toBe(QUESTION)
    const other = await newConversation()
    await exchange([TITLE], other)
    await untilTitled('Cherry blossoms in Kyoto', other)
  })

  it('because the key is refused is tried for no other conversation', async () => {
    await exchange([{ type: 'status', status: 401, body: { error: { message: 'Invalid API Key' } } }])
    await untilAsked(2)
    await longPause()
    await exchange([TITLE], await newConversation())
    await longPause()
    expect(chats().length).toBe(3)
  })

  it('because the server does not know how to stop thinking is asked for without that', async () => {
    const message = "Invalid value for reasoning effort: must be one of 'low', 'medium', 'high'"
    await exchange([{ type: 'status', status: 400, body: { error: { message } } }, TITLE])
    await untilTitled('Cherry blossoms in Kyoto')
    expect(chats().length).toBe(3)
    expect(Object.keys(chats()[2] as Body)).not.toContain('chat_template_kwargs')
  })

  it('because a field is refused is asked for without it, and that is remembered', async () => {
    const refuse = { type: 'refuse-field', field: 'chat_template_kwargs' } as const
    await exchange([refuse, TITLE])
    await untilTitled('Cherry blossoms in Kyoto')
    const other = await newConversation()
    await exchange([refuse], other)
    await untilAsked(5)
    await longPause()
    expect(chats().length).toBe(5)
  })
})

it('takes nothing from what a person may choose for replies', async () => {
  const refuse = { type: 'refuse-field', field: 'reasoning_effort' } as const
  fake.setFault([{ type: 'reply', text: 'In March.', reasoning: 'Let me see.' }, refuse, TITLE])
  await start()
  await untilTitled('Cherry blossoms in Kyoto')
  expect(chats().map((body) => 'reasoning_effort' in body)).toEqual([false, true, false])
  const known = await knownCapabilities(history, endpoint.id, MODEL)
  expect(capabilityOf(known, 'refused-fields')).toBe(undefined)
})

it('is told apart from replies in the list of connections', async () => {
  const known = new Set(listConnections().connections.map(({ id }) => id))
  await exchange([TITLE])
  await untilTitled('Cherry blossoms in Kyoto')
  const made = listConnections().connections.filter(({ id }) => !known.has(id))
  expect(
    made
      .map(({ purpose }) => purpose)
      .filter((purpose) => purpose === 'reply' || purpose === 'title')
      .sort(),
  ).toEqual(['reply', 'title'])
})

describe('another model', () => {
  it('is shown the beginning of the conversation in one short message', async () => {
    await change({ backgroundModel: 'small' })
    fake.setFault([{ type: 'reply', text: 'At the end of March. '.repeat(100) }, TITLE])
    await start()
    const asked = await untilAsked(2)
    expect(asked.model).toBe('small')
    expect(asked.messages.map(({ role }) => role)).toEqual(['user'])
    expect(asked.messages[0]?.content).toContain(`User:\n${QUESTION}\n\nAssistant:\nAt the end of March.`)
    expect(asked.messages[0]?.content.length).toBeLessThan(1_500)
    await untilTitled('Cherry blossoms in Kyoto')
  })

  it('is asked at its own endpoint', async () => {
    const helper = await startFakeEndpoint({ fault: TITLE })
    try {
      const { id } = await addEndpoint('Helper', helper.url)
      await change({ backgroundEndpointId: id, defaultEndpointId: endpoint.id })
      await exchange([])
      const asked = await untilAsked(1, helper)
      expect(asked.messages.map(({ role }) => role)).toEqual(['user'])
      await untilTitled('Cherry blossoms in Kyoto')
      expect(chats().length).toBe(1)
    } finally {
      await helper.close()
    }
  })
})
