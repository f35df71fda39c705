import { afterAll, beforeAll, expect, it } from 'vitest'
import { collectReply } from '../../../tests/fakes/collect-reply.ts'
import { readWholeAnswer, verdictOf } from '../../../tests/fakes/read-whole-answer.ts'
import { referenceAnswer } from '../../../tests/fakes/reference-answer.ts'
import { type SocketServer, startSocketServer } from '../../../tests/fakes/socket-server.ts'
import { streamChat } from '../chat.ts'
import type { EndpointFailure } from '../http/failure.ts'

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n'
const delta = (content: object, reason = '') => `data: {"choices":[{"delta":${JSON.stringify(content)}${reason}}]}`
const BODY = Buffer.from(
  `${delta({ reasoning: 'Hm' })}\n\n${delta({ content: 'Grüße 🌍' })}\r\n\r\n${delta({}, ',"finish_reason":"stop"')}\n\ndata: [DONE]\n\n`,
)

let server: SocketServer
beforeAll(async () => {
  server = await startSocketServer()
})
afterAll(() => server.close())

async function ask() {
  const reply = await collectReply(
    streamChat({
      endpoint: { kind: 'http', baseUrl: server.url, key: null },
      model: 'any',
      messages: [],
      sampling: {},
      signal: new AbortController().signal,
      estimatedPromptTokens: 0,
      limits: { tailMs: 1_000, backoffMs: [] },
    }),
  )
  return {
    text: reply.text,
    reasoning: reply.reasoning,
    verdict: reply.error === null ? 'whole' : (reply.error as EndpointFailure).code,
  }
}

it('is kept to its last byte when the connection is closed at any of them, and is whole only with its end', async () => {
  for (let at = 0; at <= BODY.length; at += 1) {
    const bytes = BODY.subarray(0, at)
    server.setScript([{ type: 'write', bytes: HEAD }, { type: 'write', bytes }, { type: 'end' }])
    const reply = await ask()
    expect(reply, `closed after ${at} bytes`).toEqual(referenceAnswer(bytes))
    const { text, reasoning, ...more } = await readWholeAnswer([bytes])
    expect(reply).toEqual({ text, reasoning, verdict: verdictOf({ text, reasoning, ...more }) })
  }
})

it('is never longer than what came, nor called whole without its end, when the connection is reset at any byte', async () => {
  for (let at = 0; at <= BODY.length; at += 1) {
    const bytes = BODY.subarray(0, at)
    server.setScript([
      { type: 'write', bytes: HEAD },
      { type: 'write', bytes },
      { type: 'wait', ms: at % 3 },
      { type: 'reset' },
    ])
    const reply = await ask()
    const most = referenceAnswer(bytes)
    expect([most.text.startsWith(reply.text), most.reasoning?.startsWith(reply.reasoning)]).toEqual([true, true])
    // A reset may take with it what had arrived, but adds nothing.
    if (reply.verdict === 'whole') expect(most).toEqual(reply)
  }
})
