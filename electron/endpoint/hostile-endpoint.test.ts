import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { collectReply } from '../../tests/fakes/collect-reply.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../tests/fakes/fake-endpoint.ts'
import { chunkEvent, errorInStream, type Fault } from '../../tests/fakes/fake-fault.ts'
import { streamChat } from './chat.ts'
import type { ChatLimits } from './stream/chat-limits.ts'

let fake: FakeEndpoint
beforeAll(async () => {
  fake = await startFakeEndpoint()
})
afterAll(() => fake.close())

const IMPATIENT = {
  firstByteMs: 80,
  promptGraceMs: 0,
  idleMs: 80,
  tailMs: 20,
  loadingMs: 20,
  loadingPollMs: 5,
  backoffMs: [1],
}

function ask(limits: Partial<ChatLimits> = {}) {
  return collectReply(
    streamChat({
      endpoint: { kind: 'http', baseUrl: fake.url, key: 'secret-key' },
      model: 'any',
      messages: [{ role: 'user', content: 'Hello' }],
      sampling: {},
      signal: new AbortController().signal,
      estimatedPromptTokens: 0,
      limits,
    }),
  )
}

const bytes = fc.oneof(
  fc.constantFrom(
    chunkEvent({ content: 'text 🌍' }),
    chunkEvent({ content: '' }),
    chunkEvent({ content: { deep: [] } }),
    chunkEvent({ reasoning_content: 'hm' }),
    chunkEvent({}, 'stop'),
    errorInStream('openai', 'context size has been exceeded'),
    errorInStream('ollama-line', 'secret-key is wrong'),
    'data: [DONE]\n\n',
    'data: {"choices":"none"}\n\n',
    'data: {"choices":[null],"usage":{"prompt_tokens":-1}}\n\n',
    ':\n\n',
    '\r\n\r\n',
    '<!doctype html>',
    '{"choices":[{"message":{"content":"whole"}}]}',
    '{',
  ),
  fc.uint8Array({ minLength: 1, maxLength: 30 }),
)

const fault: fc.Arbitrary<Fault> = fc.record({
  type: fc.constant('raw' as const),
  chunks: fc.array(bytes, { maxLength: 8 }),
  status: fc.constantFrom(200, 200, 200, 200, 201, 204, 206, 302, 400, 404, 418, 429, 500, 503, 599),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { 'content-type': 'application/json' },
    { 'content-type': 'text/html' },
    { 'content-type': '' },
    { 'content-encoding': 'br' },
    { location: 'http://elsewhere.invalid/' },
    { 'retry-after': 'soon' },
    { 'content-length': '10' },
  ),
  after: fc.constantFrom('end', 'end', 'end', 'reset', 'hold'),
})

describe('an endpoint that sends anything at all', () => {
  it('gives a whole reply or a typed error, and the next request works', async () => {
    await fc.assert(
      fc.asyncProperty(fault, async (hostile) => {
        fake.setFault(hostile)
        const reply = await ask(IMPATIENT)
        expect(reply.end === null).toBe(reply.error instanceof AppError)
        if (reply.error instanceof AppError) expect(reply.error.message).not.toContain('secret-key')
      }),
      { numRuns: 120 },
    )
    fake.setFault({ type: 'reply', text: 'Still here.' })
    expect(await ask()).toMatchObject({ text: 'Still here.', error: null })
  }, 60_000)

  it('cannot hold up the next request by never quite ending an answer', async () => {
    fake.setFault({ type: 'raw', chunks: [], status: 204, after: 'hold' })
    await ask(IMPATIENT)
    fake.setFault({ type: 'reply', text: 'Still here.' })
    for (let times = 0; times < 3; times++) {
      expect(await ask(IMPATIENT)).toMatchObject({ text: 'Still here.', error: null })
    }
  })

  it('cannot fill memory with an endless answer that nobody reads fast enough', async () => {
    fake.setFault({ type: 'endless' })
    const before = process.memoryUsage().rss
    const stop = new AbortController()
    let chars = 0
    for await (const event of streamChat({
      endpoint: { kind: 'http', baseUrl: fake.url, key: null },
      model: 'any',
      messages: [],
      sampling: {},
      signal: stop.signal,
      estimatedPromptTokens: 0,
    })) {
      if (event.type !== 'text-delta') continue
      chars += event.text.length
      if (chars % 700 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
      if (chars > 100_000) stop.abort()
    }
    await fake.whenDisconnected()
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  })
})
