import { afterEach, describe, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../../../../tests/fakes/fake-endpoint.ts'
import { type Fault, replyEvents } from '../../../../tests/fakes/fake-fault.ts'
import { startFakeServer } from '../../../../tests/fakes/servers/fake-server.ts'
import type { EndpointConnection } from '../../address.ts'
import { checkCapabilities } from './check-capabilities.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function start(options: Parameters<typeof startFakeEndpoint>[0] = {}): Promise<FakeEndpoint> {
  const fake = await startFakeEndpoint(options)
  closers.push(fake.close)
  return fake
}

interface Outcome {
  steps: string[]
  server: Record<string, unknown>
  learned: Record<string, unknown>
  code?: string
}

async function check(baseUrl: string, signal: AbortSignal = new AbortController().signal): Promise<Outcome> {
  const outcome: Outcome = { steps: [], server: {}, learned: {} }
  const connection: EndpointConnection = { kind: 'http', baseUrl, key: null, streaming: false }
  try {
    for await (const event of checkCapabilities(connection, 'alcove-demo', signal)) {
      if (event.type === 'check-progress') outcome.steps.push(`${event.done}/${event.total} ${event.capability}`)
      else for (const { name, value } of event.facts) outcome[event.source][name] = value
    }
  } catch (error) {
    outcome.code = (error as { code?: string }).code ?? String(error)
  }
  return outcome
}

const STEPS = ['0/6 window', '1/6 streaming', '2/6 refused-fields', '3/6 images', '4/6 cancel', '5/6 token-count']

describe('checking a model', () => {
  it('finds out by a few short replies what it can do', async () => {
    const fake = await start({ contextTokens: 8_192 })
    const { learned, ...rest } = await check(fake.url)
    expect(rest).toEqual({ steps: STEPS, server: { window: 8_192, 'token-count': 'none' } })
    const { 'prefill-speed': _, ...facts } = learned
    expect(facts).toMatchObject({
      streaming: true,
      usage: true,
      timings: true,
      'system-message': true,
      'refused-fields': [],
      images: false,
      cancel: true,
    })
    const chats = fake.requests
      .filter(({ path }) => path.endsWith('/chat/completions'))
      .map(({ body }) => body as never)
    const limits = chats.map(({ max_tokens }) => max_tokens)
    expect(limits.every((limit) => typeof limit === 'number' && limit <= 512)).toBe(true)
    expect(limits.filter((limit) => limit > 8).length).toBe(1)
    await fake.whenDisconnected()
  })

  it('finds the fields that are refused', async () => {
    const fake = await start({ fault: { type: 'refuse-field', field: 'top_k' } })
    expect((await check(fake.url)).learned['refused-fields']).toEqual(['top_k'])
  })

  it('finds a field that is refused without being named', async () => {
    const reply: Fault = { type: 'raw', chunks: replyEvents(['yes']) }
    const refusal = { error: { message: '"demo" does not support thinking', type: 'invalid_request_error' } }
    const faults: Fault[] = [reply, { type: 'status', status: 400, body: refusal }, reply, reply, reply, reply]
    const fake = await start()
    fake.setFault(faults)
    expect((await check(fake.url)).learned['refused-fields']).toEqual(['reasoning_effort'])
  })

  it('sees a server that answers in one piece, and one that can see pictures', async () => {
    const whole = await start({ fault: { type: 'not-streaming' } })
    expect((await check(whole.url)).learned).toMatchObject({ streaming: false })
    const seeing = await start({ fault: { type: 'raw', chunks: replyEvents(['red']) } })
    expect((await check(seeing.url)).learned).toMatchObject({ streaming: true, timings: false, images: true })
  })

  it('does not try out what the server has told, and counts tokens once the model is loaded', async () => {
    const fake = await startFakeServer('LocalAI')
    closers.push(fake.close)
    const kobold = await startFakeServer('KoboldCpp')
    closers.push(kobold.close)
    expect((await check(fake.url)).server).toMatchObject({ 'token-count': 'v1/tokenize' })
    const told = await check(kobold.url)
    expect(told.server).toMatchObject({ images: true, 'token-count': 'tokencount' })
    expect(told.learned).not.toHaveProperty('images')
  })

  it('sees a server that goes on writing for one who has left', async () => {
    const reply: Fault = { type: 'raw', chunks: replyEvents(['yes']) }
    const fake = await start()
    // The last one stands for the wait behind a reply that nobody reads.
    fake.setFault([reply, reply, reply, { type: 'stalls', afterTokens: 2 }, { type: 'silent' }])
    expect((await check(fake.url)).learned).toMatchObject({ cancel: false })
  })

  it('ends with the failure where not even the first reply comes', async () => {
    const fake = await start({ fault: { type: 'status', status: 401 } })
    const { steps, code } = await check(fake.url)
    expect({ steps, code }).toEqual({ steps: STEPS.slice(0, 2), code: 'endpoint-key-refused' })
  })

  it('ends without an error, and lets go of the server, when it is cancelled', async () => {
    const fake = await start({ fault: { type: 'silent' } })
    const cancelling = new AbortController()
    const checking = check(fake.url, cancelling.signal)
    while (!fake.requests.some(({ path }) => path.endsWith('/chat/completions'))) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    cancelling.abort()
    expect(await checking).toEqual({
      steps: STEPS.slice(0, 2),
      server: { window: 4_096, 'token-count': 'none' },
      learned: {},
    })
    await fake.whenDisconnected()
  })
})
