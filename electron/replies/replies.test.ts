import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuid } from 'uuid'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StreamPart } from '../../shared/contract-types.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../tests/fakes/fake-endpoint.ts'
import { createEndpoint } from '../endpoint/saved-endpoints.ts'
import { type History, openHistory } from '../history/history.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { createKeyStore, type KeyStore } from '../keys/key-store.ts'
import { noKeyring } from '../keys/testing/fake-keyring.ts'
import { createReplies, type Replies } from './replies.ts'

// A real history file, a real worker, a real HTTP server.
const key = Buffer.alloc(32, 7)
let workerUrl: string
let folder: string
let fake: FakeEndpoint
let keys: KeyStore
let history: History
let replies: Replies
let conversationId: string
let counts: number[]

beforeAll(async () => {
  workerUrl = path.join(await bundleForNode({ worker: 'worker.ts' }), 'worker.mjs')
})

async function openAgain(): Promise<void> {
  history = await openHistory({ file: path.join(folder, 'history.db'), key, workerUrl })
  await history.interruptStreaming({ now: 1 })
  counts = []
  replies = createReplies({ history, keys, onCount: (count) => counts.push(count) })
}

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-replies-'))
  fake = await startFakeEndpoint()
  keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  await openAgain()
  const fields = { name: 'Fake', kind: 'http' as const, defaultModel: null, windowTokens: null }
  await createEndpoint(history, keys, { ...fields, baseUrl: fake.url, key: 'sk-test' })
  conversationId = await newConversation('You are brief.')
})

afterEach(async () => {
  await replies.interruptAll()
  await history.close()
  await fake.close()
  rmSync(folder, { recursive: true, force: true })
})

async function newConversation(systemPrompt: string): Promise<string> {
  const fields = { id: uuid(), systemPrompt, endpointId: null, model: null, now: Date.now() }
  return (await history.createConversation(fields)).id
}

const start = (text: string, id = conversationId) =>
  replies.start({ conversationId: id, action: { type: 'send', text } })
const chats = () => fake.requests.filter((request) => request.path.endsWith('/chat/completions'))
const sentMessages = (index = -1) =>
  (chats().at(index)?.body as { messages: { role: string; content: string }[] } | undefined)?.messages ?? []

async function watch(replyId: string, fromOffset = 0): Promise<StreamPart<'replies.watch'>[]> {
  const parts: StreamPart<'replies.watch'>[] = []
  const input = { replyId, fromOffset, fromReasoningOffset: 0 }
  for await (const part of replies.watch(input, new AbortController().signal)) parts.push(part)
  return parts
}

async function finished(replyId: string) {
  const end = (await watch(replyId)).at(-1)
  if (end?.type !== 'reply-end') throw new Error('the reply has no end')
  return end.message
}

/** Waits until some text of the reply is on disk. */
async function untilText(replyId: string, length = 1): Promise<void> {
  for (;;) {
    if ((await history.getMessage({ messageId: replyId })).text.length >= length) return
    await sleep(10)
  }
}

describe('a reply', () => {
  it('is streamed, stored and told with what was measured', async () => {
    fake.setFault({ type: 'reply', text: 'Hello there.', reasoning: 'A greeting.' })
    const { replyId } = await start('Hi')
    const parts = await watch(replyId)
    const text = parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')
    expect(text).toBe('Hello there.')
    const message = await finished(replyId)
    expect(message).toMatchObject({
      text: 'Hello there.',
      reasoning: 'A greeting.',
      status: 'complete',
      finishReason: 'stop',
      error: null,
      model: 'alcove-demo',
      endpointName: 'Fake',
      sent: { strategy: 'last-messages', sentMessages: 1, leftOutMessages: 0, windowSource: 'server' },
    })
    expect(message.promptTokens).toBeGreaterThan(0)
    expect(message.totalMs).not.toBeNull()
    expect(await history.getMessage({ messageId: replyId })).toEqual(message)
    expect(counts).toEqual([1, 0])
    expect(chats()[0]?.headers.authorization).toBe('Bearer sk-test')
  })

  it('leaves only after the message of the person is on disk', async () => {
    fake.setFault({ type: 'silent' })
    const { replyId } = await start('Remember me')
    const { messages } = await history.listBranch({ conversationId, beforeId: null, limit: 10 })
    expect(messages.map(({ role, text, status }) => ({ role, text, status }))).toEqual([
      { role: 'user', text: 'Remember me', status: 'complete' },
      { role: 'assistant', text: '', status: 'streaming' },
    ])
    replies.stop(replyId)
    expect((await finished(replyId)).status).toBe('stopped')
  })

  it('closes the socket when it is stopped and keeps what had arrived', async () => {
    fake.setFault({ type: 'endless' })
    const { replyId } = await start('Go on')
    await untilText(replyId)
    replies.stop(replyId)
    await fake.whenDisconnected()
    const message = await finished(replyId)
    expect(message).toMatchObject({ status: 'stopped', error: null })
    expect(message.text.length).toBeGreaterThan(0)
  })

  it('is interrupted with its text when the app quits, and can then be continued in place', async () => {
    fake.setFault({ type: 'stalls', afterTokens: 8 })
    const { replyId } = await start('Tell me a story')
    await untilText(replyId, 5)
    await replies.interruptAll()
    const kept = await history.getMessage({ messageId: replyId })
    expect(kept.status).toBe('interrupted')

    fake.setFault({ type: 'reply', text: ' The end.' })
    const again = await replies.start({ conversationId, action: { type: 'continue', messageId: replyId } })
    expect(again.replyId).toBe(replyId)
    expect(await finished(replyId)).toMatchObject({ text: `${kept.text} The end.`, status: 'complete' })
    const sent = sentMessages()
    expect(sent.map((message) => message.role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(sent[2]?.content).toBe(kept.text)
    const { messages } = await history.listBranch({ conversationId, beforeId: null, limit: 10 })
    expect(messages).toHaveLength(2)
  })

  it('fails beside its message, and the next try takes its place', async () => {
    fake.setFault({ type: 'status', status: 401 })
    const failed = await finished((await start('Hi')).replyId)
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'endpoint-key-refused' } })
    fake.setFault(null)
    const again = await replies.start({ conversationId, action: { type: 'regenerate', messageId: failed.id } })
    expect(again.replyId).toBe(failed.id)
    expect(await finished(again.replyId)).toMatchObject({ status: 'complete', error: null })
  })

  it('that is cut in the middle is interrupted, never complete', async () => {
    fake.setFault({ type: 'cut', afterTokens: 3 })
    const message = await finished((await start('Hi')).replyId)
    expect(message).toMatchObject({ status: 'interrupted', error: { code: 'stream-broken', retryable: true } })
    expect(message.text.length).toBeGreaterThan(0)
  })

  it('can be generated again beside the first', async () => {
    const first = await finished((await start('Hi')).replyId)
    const second = await finished(
      (await replies.start({ conversationId, action: { type: 'regenerate', messageId: first.id } })).replyId,
    )
    expect(second.siblingIds).toEqual([first.id, second.id])
    expect(sentMessages(-1)).toEqual(sentMessages(-2))
  })

  it('is watched from any offset, by several, and after it has ended', async () => {
    fake.setFault({ type: 'reply', text: 'one two three four' })
    const { replyId } = await start('Hi')
    const [all, fromFour] = await Promise.all([watch(replyId), watch(replyId, 4)])
    const textOf = (parts: StreamPart<'replies.watch'>[]) =>
      parts.map((part) => (part.type === 'text-delta' ? part.text : '')).join('')
    expect([textOf(all), textOf(fromFour), textOf(await watch(replyId, 8))]).toEqual([
      'one two three four',
      'two three four',
      'three four',
    ])
  })

  it('is unread when nobody watched its end', async () => {
    const { replyId } = await start('Hi')
    await finished(replyId)
    expect((await history.getConversation({ conversationId })).unread).toBe(false)
    await start('Again')
    await replies.whenIdle()
    expect((await history.getConversation({ conversationId })).unread).toBe(true)
  })

  it('does not disturb another conversation that streams at the same time', async () => {
    fake.setFault([
      { type: 'reply', text: 'first '.repeat(50) },
      { type: 'reply', text: 'second '.repeat(50) },
    ])
    const one = await start('1')
    await untilText(one.replyId)
    const other = await newConversation('')
    const two = await start('2', other)
    expect(replies.count()).toBeGreaterThan(0)
    expect((await finished(one.replyId)).text).toBe('first '.repeat(50))
    expect((await finished(two.replyId)).text).toBe('second '.repeat(50))
  })

  it('refuses a second one on the same branch while it streams', async () => {
    fake.setFault({ type: 'endless' })
    await start('Hi')
    await expect(start('Hi again')).rejects.toMatchObject({ code: 'conflict' })
  })

  it('fails with the way out when no endpoint is set up', async () => {
    for (const { id } of await history.listEndpoints({})) await history.deleteEndpoint({ endpointId: id })
    await expect(start('Hi')).rejects.toMatchObject({ code: 'endpoint-missing' })
  })
})

describe('each request', () => {
  it('carries the system prompt first and whole, then the newest exchanges, also after a switch and a restart', async () => {
    fake.setFault({ type: 'reply', text: 'ok' })
    const expectSent = (count: number, total: number) => {
      const sent = sentMessages()
      expect(sent[0]).toEqual({ role: 'system', content: 'You are brief.' })
      expect(sent.slice(1).map((message) => message.role)).toEqual(
        Array.from({ length: count }, (_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
      )
      expect(sent.at(-1)).toEqual({ role: 'user', content: `question ${(total + 1) / 2}` })
    }
    const expected = new Map([
      [1, 1],
      [19, 19],
      [21, 19],
      [41, 19],
    ])
    for (let turn = 1; turn <= 21; turn++) {
      await finished((await start(`question ${turn}`)).replyId)
      const total = turn * 2 - 1
      const count = expected.get(total)
      if (count !== undefined) expectSent(count, total)
      if (turn === 12) {
        const other = await newConversation('Another prompt.')
        await finished((await start('elsewhere', other)).replyId)
        expect(sentMessages()).toEqual([
          { role: 'system', content: 'Another prompt.' },
          { role: 'user', content: 'elsewhere' },
        ])
        await history.close()
        await openAgain()
      }
    }
    const last = await history.listBranch({ conversationId, beforeId: null, limit: 1 })
    expect(last.messages[0]?.sent).toMatchObject({ sentMessages: 19, leftOutMessages: 22 })
    expect((await history.getConversation({ conversationId })).messageCount).toBe(42)
  })

  it('leaves max_tokens out for no limit and sends it for one', async () => {
    await history.setSettings({ values: { sampling: { maxTokens: -1, temperature: 0.5 } } })
    await finished((await start('Hi')).replyId)
    expect(chats().at(-1)?.body).not.toHaveProperty('max_tokens')
    expect(chats().at(-1)?.body).toMatchObject({ temperature: 0.5, stream: true })
    await history.setSettings({ values: { sampling: { maxTokens: 50 } } })
    await finished((await start('Hi')).replyId)
    expect(chats().at(-1)?.body).toMatchObject({ max_tokens: 50 })
  })
})
