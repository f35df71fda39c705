import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { collectReply } from '../../../tests/fakes/collect-reply.ts'
import type { EndpointConnection } from '../address.ts'
import { streamChat } from '../chat.ts'
import { closeDispatchers } from '../http/dispatcher.ts'
import type { ChatMessage } from '../wire/chat-message.ts'
import { buildDemoReply, type DemoMessage, estimatePrompt } from './demo-reply.ts'
import { demoTopics } from './demo-topics.ts'

const demo: EndpointConnection = { kind: 'demo', baseUrl: 'http://demo.invalid', key: null }
afterAll(closeDispatchers)

function ask(messages: readonly ChatMessage[], sampling = {}, signal = new AbortController().signal) {
  return streamChat({ endpoint: demo, model: 'alcove-demo', messages, sampling, signal, estimatedPromptTokens: 0 })
}

function countWrites(response: ServerResponse): { response: ServerResponse; writes: number } {
  const counted = { response, writes: 0 }
  const write = response.write.bind(response) as (chunk: unknown) => boolean
  response.write = (chunk: unknown) => {
    counted.writes += 1
    return write(chunk)
  }
  return counted
}

function listeningServers(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCPServer|PipeServer/.test(name)).length
}

describe('the demo endpoint', () => {
  it('answers through undici while nothing listens and no socket is open', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => /TCP|Pipe/.test(name))
    const during: string[][] = []
    for await (const event of ask([{ role: 'user', content: 'Hello' }], { maxTokens: 3 })) {
      if (event.type === 'text-delta')
        during.push(process.getActiveResourcesInfo().filter((name) => /TCP|Pipe/.test(name)))
    }
    expect([listeningServers(), during]).toEqual([0, [before, before, before]])
  })

  it('keeps to a limit of tokens and counts them', async () => {
    const reply = await collectReply(ask([{ role: 'user', content: 'Hello' }], { maxTokens: 5 }))
    expect(reply).toMatchObject({
      end: { type: 'end', finishReason: 'length', model: 'alcove-demo' },
      usage: { type: 'usage', promptTokens: 6, completionTokens: 5, cachedTokens: 0 },
      error: null,
    })
  })

  it('refuses a prompt that its window cannot hold', async () => {
    const { error } = await collectReply(ask([{ role: 'user', content: 'word '.repeat(4_000) }]))
    expect(error).toMatchObject({ code: 'endpoint-overflow', overflow: { promptTokens: 5_004, windowTokens: 4_096 } })
  })

  it('stops writing when the client leaves, and answers the next one', async () => {
    const seen: { response: ServerResponse; writes: number }[] = []
    const watch = (message: unknown) => seen.push(countWrites((message as { response: ServerResponse }).response))
    subscribe('http.server.request.start', watch)
    const stop = new AbortController()
    let tokens = 0
    for await (const event of ask([{ role: 'user', content: 'long' }], {}, stop.signal)) {
      if (event.type === 'text-delta' && ++tokens === 3) stop.abort()
    }
    unsubscribe('http.server.request.start', watch)
    await expect.poll(() => seen[0]?.response.closed).toBe(true)
    const { writes } = seen[0] ?? {}
    await sleep(100)
    expect([tokens, seen[0]?.writes]).toEqual([3, writes])
    const next = await collectReply(ask([{ role: 'user', content: 'Hello' }], { maxTokens: 2 }))
    expect(next).toMatchObject({ error: null, end: { finishReason: 'length' } })
  })
})

describe('what the demo says', () => {
  const say = (...messages: DemoMessage[]) => buildDemoReply(messages, 4_096)

  it('is that it is a demo, and what it was sent', () => {
    const messages: DemoMessage[] = [
      { role: 'system', content: 'Answer in rhymes.' },
      { role: 'user', content: 'What is an alcove | and *why*?' },
    ]
    const { text } = say(...messages)
    expect(text).toContain('not a language model')
    expect(text).toContain('| Messages | 2: 1 from you, 0 from me, 1 system |')
    expect(text).toContain('| System prompt | yes, 17 characters |')
    expect(text).toContain(`about ${estimatePrompt(messages)} tokens of the 4,096`)
    expect(text).toContain('“What is an alcove and why ?”')
  })

  it('is the same for the same messages, shorter once the newcomer is greeted, and goes on where it was stopped', () => {
    const hello: DemoMessage = { role: 'user', content: 'Hello' }
    expect(say(hello)).toEqual(say(hello))
    expect(say(hello, { role: 'assistant', content: 'Hi' }, hello).text).not.toContain('Welcome')
    expect(say(hello, { role: 'assistant', content: 'Hi th' }).text).toContain('goes on')
  })

  it.each(demoTopics.map((topic) => [topic.pattern.source, topic] as const))('covers %s', (_source, topic) => {
    const word = /\w{3,}/.exec(topic.pattern.source.replace('\\b(?:', '').replace('\\b', ''))?.[0] ?? ''
    expect(say({ role: 'user', content: `Show me ${word}, please` }).text.startsWith(topic.text)).toBe(true)
  })
})
