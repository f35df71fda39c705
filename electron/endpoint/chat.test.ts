import { afterEach, describe, expect, it } from 'vitest'
import { collectReply } from '../../tests/fakes/collect-reply.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../tests/fakes/fake-endpoint.ts'
import { type ErrorDialect, type Fault, replyEvents } from '../../tests/fakes/fake-fault.ts'
import { TOKENS } from '../../tests/fakes/fault-answers.ts'
import type { EndpointConnection } from './address.ts'
import { type ChatRequest, streamChat } from './chat.ts'
import type { EndpointFailure } from './http/failure.ts'

const REPLY = TOKENS.join('')
const LIMITS = { idleMs: 5_000, tailMs: 50, loadingPollMs: 5, backoffMs: [5, 5, 5] }

let fake: FakeEndpoint
afterEach(() => fake?.close())

function request(endpoint: EndpointConnection, changes: Partial<ChatRequest> = {}): ChatRequest {
  return {
    endpoint,
    model: 'fake-model',
    messages: [{ role: 'user', content: 'Hello' }],
    sampling: {},
    signal: new AbortController().signal,
    estimatedPromptTokens: 0,
    limits: LIMITS,
    ...changes,
  }
}

async function start(fault: Fault | null | readonly Fault[], options = {}): Promise<EndpointConnection> {
  fake = await startFakeEndpoint(options)
  fake.setFault(fault)
  return { kind: 'http', baseUrl: fake.url, key: null }
}

async function replyTo(fault: Fault | null | readonly Fault[], changes: Partial<ChatRequest> = {}) {
  const endpoint = await start(fault)
  const { error, ...reply } = await collectReply(streamChat(request(endpoint, changes)))
  const failure = error as EndpointFailure | null
  return {
    ...reply,
    code: failure?.code ?? null,
    message: failure?.message ?? '',
    retryable: failure?.retryable,
    failure,
  }
}

describe('a reply', () => {
  it('comes as phases, text, counts and an end', async () => {
    const endpoint = await start({ type: 'reply', text: 'Good morning.' })
    const events = []
    for await (const event of streamChat(request(endpoint))) events.push(event)
    const phase = (name: string) => ({
      type: 'phase',
      phase: name,
      processed: null,
      total: null,
      tokensPerSecond: null,
    })
    expect(events).toEqual([
      phase('connecting'),
      phase('reading'),
      phase('writing'),
      { type: 'text-delta', text: 'Good' },
      { type: 'text-delta', text: ' mornin' },
      { type: 'text-delta', text: 'g.' },
      { type: 'learned', capability: 'streaming', value: true },
      { type: 'learned', capability: 'usage', value: true },
      { type: 'learned', capability: 'timings', value: true },
      { type: 'usage', promptTokens: 6, completionTokens: 3, cachedTokens: 0 },
      { type: 'end', finishReason: 'stop', model: 'alcove-demo' },
    ])
  })

  it('is asked for with the fields that were set, and no others', async () => {
    const endpoint = await start(null)
    const messages = [{ role: 'system', content: 'Be brief.' } as const, { role: 'user', content: 'Hi' } as const]
    const sampling = { temperature: 0.5, topP: 0.9, seed: 7, maxTokens: 20 }
    await collectReply(streamChat(request({ ...endpoint, key: 'secret' }, { messages, sampling })))
    await collectReply(streamChat(request(endpoint, { sampling: { maxTokens: -1 } })))
    const base = { model: 'fake-model', stream: true, stream_options: { include_usage: true }, return_progress: true }
    expect(fake.requests.map(({ body }) => body)).toEqual([
      { ...base, messages, temperature: 0.5, top_p: 0.9, seed: 7, max_tokens: 20 },
      { ...base, messages: [{ role: 'user', content: 'Hello' }] },
    ])
    expect(fake.requests.map(({ headers }) => [headers.authorization, headers['accept-encoding']])).toEqual([
      ['Bearer secret', 'identity'],
      [undefined, 'identity'],
    ])
  })

  it('keeps reasoning apart', async () => {
    const reply = await replyTo({ type: 'reply', reasoning: 'Let me think.', text: 'Yes.' })
    expect(reply).toMatchObject({ reasoning: 'Let me think.', text: 'Yes.', code: null })
  })

  it('is taken whole from a server that does not stream', async () => {
    const reply = await replyTo({ type: 'not-streaming' })
    expect(reply).toMatchObject({ code: null, end: { finishReason: 'stop' } })
    expect(reply.text).toContain('demo')
  })

  it.each<[string, Fault]>([
    ['without [DONE]', { type: 'missing-done' }],
    ['with CRLF', { type: 'crlf' }],
    ['with another content type', { type: 'wrong-content-type', contentType: 'application/octet-stream' }],
    ['called JSON', { type: 'wrong-content-type', contentType: 'application/json' }],
    ['with [DONE] twice', { type: 'raw', chunks: [...replyEvents(TOKENS), 'data: [DONE]\n\n'] }],
    [
      'with the connection broken after its end',
      { type: 'raw', chunks: replyEvents(TOKENS).slice(0, -2), after: 'reset' },
    ],
    [
      'with a connection that stays open after its end',
      { type: 'raw', chunks: replyEvents(TOKENS).slice(0, -2), after: 'hold' },
    ],
    [
      'with events of other kinds',
      {
        type: 'raw',
        chunks: ['event: execute\ndata: {"choices":[{"delta":{"content":"evil"}}]}\n\n', ...replyEvents(TOKENS)],
      },
    ],
  ])('is whole %s', async (_name, fault) => {
    expect(await replyTo(fault)).toMatchObject({
      text: REPLY,
      code: null,
      end: { finishReason: 'stop', model: 'fake-model' },
    })
  })

  it('tells how far the prompt has been read', async () => {
    const progress = (processed: number) =>
      `data: ${JSON.stringify({ choices: [{ delta: { role: 'assistant', content: null } }], prompt_progress: { total: 80, cache: 0, processed, time_ms: 1 } })}\n\n`
    const endpoint = await start({ type: 'raw', chunks: [progress(40), progress(80), ...replyEvents(['Hi'])] })
    const phases = []
    for await (const event of streamChat(request(endpoint))) if (event.type === 'phase') phases.push(event)
    expect(phases.slice(1)).toEqual([
      { type: 'phase', phase: 'reading', processed: null, total: null, tokensPerSecond: null },
      { type: 'phase', phase: 'reading', processed: 40, total: 80, tokensPerSecond: null },
      { type: 'phase', phase: 'reading', processed: 80, total: 80, tokensPerSecond: null },
      { type: 'phase', phase: 'writing', processed: null, total: null, tokensPerSecond: null },
    ])
  })
})

describe('a reply that breaks', () => {
  it.each<[string, Fault, string]>([
    ['cut by the network', { type: 'cut', afterTokens: 3 }, 'stream-broken'],
    ['cut inside a character', { type: 'cut-in-character' }, 'stream-broken'],
    ['ended early without a reason', { type: 'ends-early', afterTokens: 3 }, 'stream-broken'],
    ['with broken JSON', { type: 'malformed-json', afterTokens: 3 }, 'stream-broken'],
    ['with a line that never ends', { type: 'huge-line', chars: 3_000_000 }, 'stream-broken'],
    ['that stalls', { type: 'stalls', afterTokens: 3 }, 'stream-idle'],
  ])('%s keeps what came and says so', async (_name, fault, code) => {
    const reply = await replyTo(fault, { limits: { ...LIMITS, idleMs: 300 } })
    const kept = 'afterTokens' in fault ? 3 : 2
    expect(reply).toMatchObject({ text: TOKENS.slice(0, kept).join(''), code, retryable: true, end: null })
    expect(reply.message).toContain(`127.0.0.1:${fake.port}`)
    expect(fake.requests.length).toBe(1)
  })

  it.each<ErrorDialect>(['openai', 'event-error', 'llama-field', 'ollama-line', 'string'])(
    'with an error in the %s dialect says what the server said',
    async (dialect) => {
      const reply = await replyTo({
        type: 'error-mid-stream',
        afterTokens: 2,
        dialect,
        message: 'the GPU\u0007 is gone',
      })
      expect(reply).toMatchObject({ text: 'The answer ', code: 'endpoint-failed', retryable: true, end: null })
      expect(reply.message).toContain('"the GPU is gone"')
    },
  )

  it('keeps text that was held back because it could have been a tag', async () => {
    const chunks = replyEvents(['<thin']).slice(0, 2)
    expect(await replyTo({ type: 'raw', chunks, after: 'reset' })).toMatchObject({
      text: '<thin',
      code: 'stream-broken',
    })
    await fake.close()
    const ended = replyEvents(['<thin']).slice(0, 3)
    expect(await replyTo({ type: 'raw', chunks: ended, after: 'reset' })).toMatchObject({ text: '<thin', code: null })
  })

  it('is stopped when it grows without end', async () => {
    const reply = await replyTo({ type: 'endless' }, { limits: { ...LIMITS, maxReplyBytes: 10_000 } })
    expect(reply.code).toBe('stream-broken')
    expect(reply.text.length).toBeLessThanOrEqual(10_000)
    await fake.whenDisconnected()
  })

  it.each<[string, Fault, string]>([
    ['an empty body', { type: 'empty' }, 'reply-empty'],
    ['no text at all', { type: 'no-text' }, 'reply-empty'],
    ['a web page', { type: 'html' }, 'endpoint-not-openai'],
    ['JSON that is no reply', { type: 'raw', chunks: ['{"status":"ok"}'] }, 'endpoint-not-openai'],
    ['plain text', { type: 'raw', chunks: ['Hello, I am a web server.\n'] }, 'endpoint-not-openai'],
    ['compressed bytes', { type: 'gzip' }, 'endpoint-failed'],
    ['silence', { type: 'silent' }, 'endpoint-timeout'],
    ['a connection that breaks each time', { type: 'reset' }, 'endpoint-unreachable'],
  ])('%s is explained', async (_name, fault, code) => {
    const reply = await replyTo(fault, { limits: { ...LIMITS, firstByteMs: 150, promptGraceMs: 0 } })
    expect(reply).toMatchObject({ text: '', code, end: null })
    expect(reply.message).toContain('127.0.0.1')
  })
})

describe('a refusal', () => {
  const overflow = {
    error: {
      code: 400,
      message: 'request (6602 tokens) exceeds the available context size (2048 tokens), try increasing it',
      type: 'exceed_context_size_error',
      n_prompt_tokens: 6602,
      n_ctx: 2048,
    },
  }

  it.each<[string, Fault, string, boolean, string]>([
    ['401', { type: 'status', status: 401 }, 'endpoint-key-refused', false, 'enter it'],
    ['403', { type: 'status', status: 403 }, 'endpoint-key-refused', false, 'enter it'],
    [
      '404',
      { type: 'status', status: 404, body: { error: { message: 'File Not Found' } } },
      'endpoint-not-found',
      false,
      '/v1',
    ],
    [
      '404 of a model',
      {
        type: 'status',
        status: 404,
        body: { error: { message: 'model "fake-model" not found, try pulling it first' } },
      },
      'endpoint-model-missing',
      false,
      '"fake-model"',
    ],
    [
      '400 of a model',
      { type: 'status', status: 400, body: { error: { message: "model 'no-such' not found" } } },
      'endpoint-model-missing',
      false,
      'Choose another',
    ],
    [
      '400',
      { type: 'status', status: 400, body: { detail: 'temperature is too hot' } },
      'endpoint-refused',
      false,
      '"temperature is too hot"',
    ],
    [
      '400 of the window',
      { type: 'status', status: 400, body: overflow },
      'endpoint-overflow',
      false,
      '6,602 tokens sent: they exceed its window of 2,048 tokens',
    ],
    ['500 of the window', { type: 'status', status: 500, body: overflow }, 'endpoint-overflow', false, '2,048'],
    ['500', { type: 'status', status: 500, body: 'kaboom' }, 'endpoint-failed', true, '"kaboom"'],
    ['500 with a page', { type: 'html', status: 500 }, 'endpoint-failed', true, '(500)'],
    ['501', { type: 'status', status: 501 }, 'endpoint-failed', true, '(501)'],
  ])('%s is explained and not repeated', async (_name, fault, code, retryable, words) => {
    const reply = await replyTo(fault)
    expect(reply).toMatchObject({ code, retryable, text: '' })
    expect(reply.message).toContain(words)
    expect(fake.requests.length).toBe(1)
  })

  it('tells the numbers of a full window to whoever asks', async () => {
    const reply = await replyTo({ type: 'status', status: 400, body: overflow })
    expect(reply.failure?.overflow).toEqual({ promptTokens: 6602, windowTokens: 2048 })
  })

  it('for the window also comes inside a stream', async () => {
    const fault = {
      type: 'error-mid-stream',
      afterTokens: 0,
      dialect: 'event-error',
      message: 'Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)',
    } as const
    const reply = await replyTo(fault)
    expect(reply.failure).toMatchObject({
      code: 'endpoint-overflow',
      overflow: { promptTokens: 15028, windowTokens: 7424 },
    })
  })

  it('never repeats the key, and quotes at most 300 characters', async () => {
    const endpoint = await start({
      type: 'status',
      status: 400,
      body: { error: `bad key sk-secret-1 ${'x'.repeat(9_000)}` },
    })
    const { error } = await collectReply(streamChat(request({ ...endpoint, key: 'sk-secret-1' })))
    const { message } = error as EndpointFailure
    expect(message).not.toContain('sk-secret-1')
    expect(message.length).toBeLessThan(520)
  })

  it('to follow a redirect keeps the key at home', async () => {
    const other = await startFakeEndpoint()
    const endpoint = await start({ type: 'redirect', location: `${other.url}/chat/completions` })
    const { error } = await collectReply(streamChat(request({ ...endpoint, key: 'secret' })))
    expect(error).toMatchObject({ code: 'endpoint-redirected' })
    expect((error as EndpointFailure).message).toContain(`127.0.0.1:${other.port}`)
    expect(other.requests).toEqual([])
    await other.close()
  })

  it('of a key with a line break happens before anything is sent', async () => {
    const endpoint = await start(null)
    const { error } = await collectReply(streamChat(request({ ...endpoint, key: 'one\r\nx-evil: 1' })))
    expect(error).toMatchObject({ code: 'endpoint-key-refused' })
    expect(fake.requests).toEqual([])
  })
})

describe('trying again', () => {
  const answers: Fault = { type: 'reply', text: 'Finally.' }

  it.each<[string, Fault]>([
    ['a broken connection', { type: 'reset' }],
    ['429', { type: 'status', status: 429, headers: { 'retry-after': '0' } }],
    ['502', { type: 'status', status: 502 }],
    ['503', { type: 'status', status: 503 }],
  ])('happens after %s', async (_name, fault) => {
    expect(await replyTo([fault, fault, answers])).toMatchObject({ text: 'Finally.', code: null })
    expect(fake.requests.length).toBe(3)
  })

  it('ends after the fourth time', async () => {
    expect(await replyTo({ type: 'status', status: 429 })).toMatchObject({ code: 'endpoint-busy', retryable: true })
    expect(fake.requests.length).toBe(4)
  })

  it('waits as long as the server asks', async () => {
    const limits = { ...LIMITS, backoffMs: [60_000] }
    const busy: Fault = { type: 'status', status: 429, headers: { 'retry-after': '0' } }
    expect(await replyTo([busy, answers], { limits })).toMatchObject({ text: 'Finally.' })
  })

  it('never happens after the first token', async () => {
    const busy = 'data: {"error":{"message":"Loading model","code":503}}\n\n'
    const cases: [Fault, string][] = [
      [{ type: 'cut', afterTokens: 1 }, 'stream-broken'],
      [{ type: 'raw', chunks: [...replyEvents(['The ']).slice(0, 2), busy] }, 'endpoint-loading'],
    ]
    for (const [fault, code] of cases) {
      expect(await replyTo([fault, answers])).toMatchObject({ text: 'The ', code })
      expect(fake.requests.length).toBe(1)
      await fake.close()
    }
  })

  it('happens while the server loads its model, as often as it takes', async () => {
    const loading: Fault[] = Array.from({ length: 8 }, () => ({ type: 'loading' }))
    const reply = await replyTo([...loading, answers])
    expect(reply).toMatchObject({ text: 'Finally.', code: null })
    expect(reply.phases).toContain('loading')
  })

  it('ends when loading takes too long', async () => {
    const limits = { ...LIMITS, loadingMs: 30 }
    expect(await replyTo({ type: 'loading' }, { limits })).toMatchObject({ code: 'endpoint-loading', retryable: true })
  })

  it('leaves out what a strict server refuses', async () => {
    for (const field of ['stream_options', 'return_progress']) {
      expect(await replyTo({ type: 'refuse-field', field })).toMatchObject({
        code: null,
        end: { finishReason: 'stop' },
      })
      expect(fake.requests.map(({ body }) => Object.hasOwn(body as object, field))).toEqual([true, false])
      await fake.close()
    }
  })

  it('reaches a server that is started meanwhile, and says where nothing answers', async () => {
    const first = await startFakeEndpoint()
    await first.close()
    const endpoint: EndpointConnection = { kind: 'http', baseUrl: first.url, key: null }
    const { error } = await collectReply(streamChat(request(endpoint)))
    expect(error).toMatchObject({ code: 'endpoint-unreachable', retryable: true })
    expect((error as EndpointFailure).message).toContain(`127.0.0.1:${first.port}`)
    const collecting = collectReply(streamChat(request(endpoint, { limits: { ...LIMITS, backoffMs: [200, 200] } })))
    fake = await startFakeEndpoint({ port: first.port })
    fake.setFault(answers)
    expect(await collecting).toMatchObject({ text: 'Finally.', error: null })
  })
})

describe('waiting', () => {
  it('goes on while pings arrive', async () => {
    const limits = { ...LIMITS, firstByteMs: 600, promptGraceMs: 0 }
    const reply = await replyTo({ type: 'pings-first', delayMs: 1_500, everyMs: 25 }, { limits })
    expect(reply).toMatchObject({ text: REPLY, code: null })
  })

  it('is longer for a longer prompt', async () => {
    const limits = { ...LIMITS, firstByteMs: 50, promptGraceMs: 0, prefillTokensPerSecond: 1_000 }
    const slow: Fault = { type: 'slow-first-byte', delayMs: 300 }
    expect(await replyTo(slow, { limits, estimatedPromptTokens: 10 })).toMatchObject({ code: 'endpoint-timeout' })
    await fake.close()
    expect(await replyTo(slow, { limits, estimatedPromptTokens: 1_000 })).toMatchObject({ code: null })
  })

  it('does not count the time that another reply of ours takes', async () => {
    const endpoint = await start([{ type: 'slow-tokens', tokensPerSecond: 400 }, { type: 'silent' }])
    const limits = { ...LIMITS, firstByteMs: 100, promptGraceMs: 0 }
    const first = collectReply(streamChat(request(endpoint)))
    await expect.poll(() => fake.requests.length).toBe(1)
    const events: string[] = []
    const second = (async () => {
      for await (const event of streamChat(request(endpoint, { limits }))) {
        if (event.type === 'phase') events.push(event.phase)
      }
    })()
    second.catch(() => events.push('gave up'))
    await first
    expect(events.slice(0, 2)).toEqual(['connecting', 'queued'])
    expect(events).not.toContain('gave up')
    await expect(second).rejects.toMatchObject({ code: 'endpoint-timeout' })
    expect(events.slice(0, 3)).toEqual(['connecting', 'queued', 'reading'])
  })
})

describe('the way to the endpoint', () => {
  it('is direct, whatever proxy the environment names', async () => {
    const proxy = await startFakeEndpoint()
    const before = { ...process.env }
    process.env.http_proxy = process.env.HTTP_PROXY = process.env.ALL_PROXY = new URL(proxy.url).origin
    const reply = await replyTo({ type: 'reply', text: 'Straight.' })
    process.env = before
    expect([reply.text, proxy.requests, proxy.openConnections()]).toEqual(['Straight.', [], 0])
    await proxy.close()
  })

  it('may be the name localhost', async () => {
    const endpoint = await start({ type: 'reply', text: 'Here.' })
    const baseUrl = endpoint.baseUrl.replace('127.0.0.1', 'localhost')
    expect(await collectReply(streamChat(request({ ...endpoint, baseUrl })))).toMatchObject({
      text: 'Here.',
      error: null,
    })
  })
})

describe('stopping', () => {
  it.each<[string, Fault, number]>([
    ['while nothing has come', { type: 'silent' }, 0],
    ['in the middle of a reply', { type: 'endless' }, 5],
  ])('%s closes the connection at once and is no error', async (_name, fault, afterTokens) => {
    const endpoint = await start(fault)
    const stop = new AbortController()
    let tokens = 0
    const reading = (async () => {
      for await (const event of streamChat(request(endpoint, { signal: stop.signal }))) {
        if (event.type === 'text-delta') tokens += 1
        if (tokens > 0 && tokens === afterTokens) stop.abort()
      }
    })()
    await expect.poll(() => fake.requests.length).toBe(1)
    if (afterTokens === 0) stop.abort()
    await reading
    await fake.whenDisconnected()
    expect([fake.openConnections(), tokens >= afterTokens]).toEqual([0, true])
  })

  it('hands over nothing that came with the piece at which it was stopped', async () => {
    const endpoint = await start({ type: 'raw', chunks: [replyEvents(TOKENS).join('')] })
    const stop = new AbortController()
    const texts: string[] = []
    for await (const event of streamChat(request(endpoint, { signal: stop.signal }))) {
      if (event.type === 'text-delta' && texts.push(event.text) === 2) stop.abort()
    }
    expect(texts).toEqual(TOKENS.slice(0, 2))
  })

  it('between two tries ends the wait', async () => {
    const endpoint = await start({ type: 'status', status: 503 })
    const stop = new AbortController()
    const limits = { ...LIMITS, backoffMs: [60_000] }
    const reading = collectReply(streamChat(request(endpoint, { signal: stop.signal, limits })))
    await expect.poll(() => fake.requests.length).toBe(1)
    stop.abort()
    expect(await reading).toMatchObject({ text: '', end: null, error: null })
  })

  it.each<[string, Fault]>([
    ['text-delta', { type: 'endless' }],
    ['reading', { type: 'silent' }],
  ])('by walking away at %s closes the connection too', async (last, fault) => {
    const endpoint = await start(fault)
    for await (const event of streamChat(request(endpoint))) {
      if (event.type === last || (event.type === 'phase' && event.phase === last)) break
    }
    await fake.whenDisconnected()
    expect(fake.openConnections()).toBe(0)
  })

  it('before the beginning sends nothing', async () => {
    const endpoint = await start(null)
    await collectReply(streamChat(request(endpoint, { signal: AbortSignal.abort() })))
    expect(fake.requests).toEqual([])
  })
})
