import { afterEach, describe, expect, it } from 'vitest'
import { collectReply } from '../../tests/fakes/collect-reply.ts'
import { errorBodies } from '../../tests/fakes/errors/error-bodies.ts'
import { errorPages } from '../../tests/fakes/errors/error-pages.ts'
import type { ErrorBody } from '../../tests/fakes/errors/python-error-bodies.ts'
import { type FakeEndpoint, startFakeEndpoint } from '../../tests/fakes/fake-endpoint.ts'
import { chunkEvent, type Fault } from '../../tests/fakes/fake-fault.ts'
import { streamChat } from './chat.ts'
import type { EndpointFailure } from './http/failure.ts'

let fake: FakeEndpoint
afterEach(() => fake?.close())

async function failureOf(fault: Fault, text = ''): Promise<EndpointFailure> {
  fake = await startFakeEndpoint({ fault })
  const request = {
    endpoint: { kind: 'http', baseUrl: fake.url, key: null } as const,
    model: 'fake-model',
    messages: [{ role: 'user', content: 'Hello' }] as const,
    sampling: {},
    signal: new AbortController().signal,
    estimatedPromptTokens: 0,
    limits: { backoffMs: [], tailMs: 20, loadingMs: 0 },
  }
  const reply = await collectReply(streamChat(request))
  expect(reply.text).toBe(text)
  return reply.error as EndpointFailure
}

const numbersOf = ({ promptTokens, windowTokens, isAtLeast }: Partial<ErrorBody>) => ({
  promptTokens,
  windowTokens,
  isAtLeast,
})
const json = (body: unknown) => JSON.stringify(body)

/** Every way in which servers and the proxies before them hand over the same error. */
const ENVELOPES: [string, (body: unknown, status: number) => Fault][] = [
  ['with its own status', (body, status) => ({ type: 'status', status, body })],
  [
    'as text without a type',
    (body, status) => ({ type: 'raw', status, headers: { 'content-type': 'text/plain' }, chunks: [json(body)] }),
  ],
  ['as a 200 with one JSON body', (body) => ({ type: 'raw', chunks: [json(asError(body))] })],
  ['as an event named error', (body) => ({ type: 'raw', chunks: [`event: error\ndata: ${json(body)}\n\n`] })],
  ['as data of a stream', (body) => ({ type: 'raw', chunks: [`data: ${json(asError(body))}\n\n`] })],
  ['as a bare line of a stream', (body) => ({ type: 'raw', chunks: [': ping\n\n', `${json(asError(body))}\n`] })],
  ['as JSON inside a string', (body, status) => ({ type: 'status', status, body: { error: json(body) } })],
  ['inside detail', (body, status) => ({ type: 'status', status, body: { detail: body } })],
]

/** A server without an envelope of its own is told by `object: error` inside a stream. */
function asError(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'error' in body ? body : { error: body }
}

const overflows = errorBodies.filter(({ code }) => code === 'endpoint-overflow')

describe('an answer that is an error', () => {
  it.each(errorBodies)('of $server is understood: $what', async ({ status, body, code, ...numbers }) => {
    const failure = await failureOf({ type: 'status', status, body })
    expect(failure.code).toBe(code)
    expect(failure.overflow).toEqual(code === 'endpoint-overflow' ? numbersOf(numbers) : null)
  })

  it.each(ENVELOPES)('about a full window is understood %s, from every server', async (_name, wrap) => {
    for (const { status, body, ...numbers } of overflows) {
      const failure = await failureOf(wrap(body, status))
      expect([failure.code, failure.overflow]).toEqual(['endpoint-overflow', numbersOf(numbers)])
      await fake.close()
    }
  })

  it('means the same inside a stream, where its own status is gone', async () => {
    const found: string[] = []
    const expected: string[] = []
    for (const { server, what, body, code } of errorBodies) {
      // These tell by their status alone what they mean.
      if (server === 'KoboldCpp' || server === 'hosted') continue
      const failure = await failureOf({ type: 'raw', chunks: [`data: ${json(asError(body))}\n\n`] })
      found.push(`${server}, ${what}: ${failure.code}`)
      expected.push(`${server}, ${what}: ${code}`)
      await fake.close()
    }
    expect(found).toEqual(expected)
  })

  it('keeps what was written when the reply fills the window, and says what happened', async () => {
    const message =
      'Reached context length of 4096 tokens with model (arch: qwen2) that does not currently support this'
    const error = `event: error\ndata: ${json({ error: { message }, message })}\n\n`
    const failure = await failureOf({ type: 'raw', chunks: [chunkEvent({ content: 'Half an' }), error] }, 'Half an')
    expect(failure).toMatchObject({ code: 'endpoint-overflow', overflow: { windowTokens: 4096 } })
    expect(failure.message).toMatch(/^The reply has filled the window of 4,096 tokens /)
  })

  it.each(errorPages)(
    'says what stands there instead of a model server: $what',
    async ({ status, page, code, says }) => {
      const failure = await failureOf({
        type: 'raw',
        status,
        headers: { 'content-type': 'text/html; charset=utf-8' },
        chunks: [page],
      })
      expect(failure).toMatchObject({ code, serverText: '' })
      expect(failure.message).toContain(says)
    },
  )
})
