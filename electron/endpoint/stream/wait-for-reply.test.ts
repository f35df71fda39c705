import { afterEach, describe, expect, it, vi } from 'vitest'
import { collectReply } from '../../../tests/fakes/collect-reply.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../../tests/fakes/fake-endpoint.ts'
import { chunkEvent, type Fault } from '../../../tests/fakes/fake-fault.ts'
import { type ChatRequest, streamChat } from '../chat.ts'
import { EndpointFailure } from '../http/failure.ts'
import { defaultLimits, firstByteLimitMs, limitsOf } from './chat-limits.ts'
import { startRetries } from './retry.ts'
import { awakeNow, noteResume, noteSuspend } from './sleep.ts'

const busy = (retryAfterMs: number | null = null) =>
  new EndpointFailure('endpoint-busy', 'busy', { retry: 'backoff', retryAfterMs })
const loading = new EndpointFailure('endpoint-loading', 'loading', { retry: 'loading' })

describe('the pauses between tries', () => {
  it('are three, of half a second to four, a fifth more or less', () => {
    const lowest = startRetries(defaultLimits, () => 0)
    const highest = startRetries(defaultLimits, () => 1)
    expect([1, 2, 3, 4].map(() => lowest.waitMs(busy()))).toEqual([400, 1_200, 3_200, null])
    expect([1, 2, 3, 4].map(() => Math.round(highest.waitMs(busy()) ?? 0))).toEqual([600, 1_800, 4_800, 0])
  })

  it('are as long as the server asks, and no more of them for that', () => {
    const retries = startRetries(defaultLimits)
    expect([10_000, 0, 2_000, 0].map((ms) => retries.waitMs(busy(ms)))).toEqual([10_000, 0, 2_000, null])
  })

  it('are none after a failure that another try would not mend, or one of our own', () => {
    const retries = startRetries(defaultLimits)
    const final = new EndpointFailure('endpoint-refused', 'no')
    expect([final, new Error('bug'), null].map((failure) => retries.waitMs(failure))).toEqual([null, null, null])
  })
})

describe('the patience with a server that loads its model', () => {
  afterEach(() => vi.useRealTimers())

  it('ends after its time, of which none passes while the computer sleeps', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const retries = startRetries({ ...defaultLimits, loadingMs: 1_000, loadingPollMs: 7 })
    expect(retries.waitMs(loading)).toBe(7)
    vi.advanceTimersByTime(900)
    const before = awakeNow()
    noteSuspend()
    vi.advanceTimersByTime(8 * 3_600_000)
    expect(awakeNow()).toBe(before)
    noteResume()
    expect([awakeNow(), retries.waitMs(loading)]).toEqual([before, 7])
    vi.advanceTimersByTime(100)
    expect(retries.waitMs(loading)).toBeNull()
  })
})

describe('the wait for the first byte', () => {
  const wait = (promptTokens: number, measured?: number) => firstByteLimitMs(defaultLimits, promptTokens, measured)

  it('is twice the time that reading takes and half a minute, at least two minutes', () => {
    expect([wait(0), wait(8_000), wait(8_000, 10)]).toEqual([120_000, 430_000, 1_630_000])
  })

  it('is never shorter for a model that was fast', () => {
    expect(wait(8_000, 5_000)).toBe(wait(8_000))
  })

  it.each([0, 1e-300, Number.MIN_VALUE])('is one that a timer can count at a speed of %d', (measured) => {
    expect(wait(8_000, measured)).toBe(24 * 3_600_000)
  })

  it('and every other is the one of the endpoint, where that has its own', () => {
    const waits = { firstByteSeconds: 7, idleSeconds: 8, loadingSeconds: 9 }
    const own = { firstByteMs: 7_000, promptGraceMs: 7_000, idleMs: 8_000, loadingMs: 9_000 }
    expect(limitsOf({ waits })).toEqual({ ...defaultLimits, ...own })
    expect(firstByteLimitMs(limitsOf({ waits: { firstByteSeconds: 5 } }), 0)).toBe(5_000)
    expect(limitsOf({})).toEqual(defaultLimits)
    expect(limitsOf({ streaming: false })).toEqual({ ...defaultLimits, firstByteMs: 3_600_000 })
  })
})

describe('a reply', () => {
  let fake: FakeEndpoint
  afterEach(() => fake.close())

  async function ask(faults: readonly Fault[], changes: Partial<ChatRequest> = {}) {
    fake = await startFakeEndpoint()
    fake.setFault(faults)
    const request: ChatRequest = {
      endpoint: { kind: 'http', baseUrl: fake.url, key: null },
      model: 'any',
      messages: [{ role: 'user', content: 'Hello' }],
      sampling: {},
      signal: new AbortController().signal,
      estimatedPromptTokens: 0,
      ...changes,
    }
    return collectReply(streamChat(request))
  }
  const paths = () => fake.requests.map(({ path }) => path.replace('/v1/chat/completions', 'chat'))

  it('waits at the health of a server that loads, and sends its prompt once it has', async () => {
    const reply = await ask([{ type: 'loading', health: 5 }], { limits: { loadingPollMs: 2 } })
    expect(reply).toMatchObject({ error: null, phases: ['connecting', 'reading', 'loading', 'reading', 'writing'] })
    expect(paths()).toEqual(['chat', ...Array.from({ length: 6 }, () => '/health'), 'chat'])
  })

  it('gives up at that health as well when loading takes too long', async () => {
    const limits = { loadingPollMs: 2, loadingMs: 30 }
    const reply = await ask([{ type: 'loading', health: 1_000_000 }], { limits })
    expect(reply).toMatchObject({ error: { code: 'endpoint-loading' } })
    expect(paths().filter((path) => path === 'chat')).toEqual(['chat'])
  })

  it('says so when a server asks for a longer pause than Alcove makes by itself', async () => {
    const busy = (seconds: string): Fault => ({ type: 'status', status: 429, headers: { 'retry-after': seconds } })
    const said = async (seconds: string) => {
      const { error } = await ask([busy(seconds)], { limits: { backoffMs: [] } })
      await fake.close()
      return (error as EndpointFailure).message.includes('half a minute')
    }
    expect([await said('3600'), await said('5')]).toEqual([true, false])
  })

  it('is not waited for because something comes that says nothing', async () => {
    const chunks = Array.from({ length: 200 }, () => chunkEvent({ role: 'assistant', content: null }))
    const limits = { firstByteMs: 200, promptGraceMs: 0 }
    const reply = await ask([{ type: 'raw', chunks, gapMs: 20 }], { limits })
    expect(reply).toMatchObject({ text: '', error: { code: 'endpoint-timeout' } })
  })

  it('waits as long as a model that is known to be slow needs', async () => {
    const slow: Fault = { type: 'slow-first-byte', delayMs: 150 }
    const limits = { firstByteMs: 20, promptGraceMs: 0, backoffMs: [] }
    const changes = { limits, estimatedPromptTokens: 100 }
    expect(await ask([slow], { ...changes, limits: { ...limits, prefillTokensPerSecond: 20_000 } })).toMatchObject({
      error: { code: 'endpoint-timeout' },
    })
    await fake.close()
    const known = { ...changes, knownPrefillSpeed: 1, limits: { ...limits, prefillTokensPerSecond: 20_000 } }
    expect(await ask([slow], known)).toMatchObject({ error: null })
  })

  it('tells how fast it is written, in the words of the server where it has some', async () => {
    const speeds = async (timings: object | null) => {
      fake = await startFakeEndpoint()
      const chunk = JSON.stringify({ choices: [{ delta: { content: 'word ' } }], ...(timings ? { timings } : {}) })
      fake.setFault({ type: 'raw', gapMs: 20, chunks: Array.from({ length: 25 }, () => `data: ${chunk}\n\n`) })
      const reply: (number | null)[] = []
      const events = streamChat({
        endpoint: { kind: 'http', baseUrl: fake.url, key: null },
        model: 'any',
        messages: [],
        sampling: {},
        signal: new AbortController().signal,
        estimatedPromptTokens: 0,
      })
      try {
        for await (const event of events) if (event.type === 'phase') reply.push(event.tokensPerSecond)
      } catch {
        // The stream ends without its end; that is not asked here.
      }
      await fake.close()
      return reply.filter((speed) => speed !== null)
    }
    const counted = await speeds(null)
    expect(counted.length).toBeGreaterThan(0)
    expect(counted).not.toContain(77.5)
    expect(new Set(await speeds({ predicted_per_second: 77.5 }))).toEqual(new Set([77.5]))
  })
})
