import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Fault, replyEvents } from '../../tests/fakes/fake-fault.ts'
import { allowPort } from '../../tests/setup/connect-log.ts'
import { buildWorker, openStage, type Stage } from '../../tests/setup/reply-stage.ts'

let stage: Stage
const servers: Server[] = []
beforeAll(buildWorker)
beforeEach(async () => {
  stage = await openStage()
})
afterEach(async () => {
  await stage.close()
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function start(fault: Fault | null = null): Promise<string> {
  stage.fake.setFault(fault)
  const { conversationId } = stage
  const { replyId } = await stage.replies.start({ conversationId, action: { type: 'send', text: 'Hello' } })
  return replyId
}

/** Waits until the reply is in that phase; for `writing`, until text has come. */
async function untilPhase(replyId: string, phase: string): Promise<void> {
  const { signal } = new AbortController()
  for await (const part of stage.replies.watch({ replyId, fromOffset: 0, fromReasoningOffset: 0 }, signal)) {
    if (part.type === 'progress' && part.phase === phase && phase !== 'writing') return
    if (part.type === 'text-delta') return
  }
}

async function stopped(replyId: string) {
  stage.replies.stop(replyId)
  await stage.replies.whenIdle()
  return stage.history.getMessage({ messageId: replyId })
}

/** A server that says nothing but replies: whatever else it is asked, it keeps silent. */
async function startSecretive(): Promise<string[]> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    if (request.method !== 'POST') return
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(replyEvents(['Fine.']).join(''))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  allowPort(port)
  const changes = { baseUrl: `http://127.0.0.1:${port}/v1` }
  await stage.history.updateEndpoint({ endpointId: stage.endpoint.id, changes })
  return asked
}

describe('a reply that is stopped', () => {
  it.each<[string, Fault]>([
    ['connecting', { type: 'status', status: 503, headers: { 'retry-after': '30' } }],
    ['loading', { type: 'loading' }],
    ['reading', { type: 'silent' }],
    ['reading', { type: 'pings-first', delayMs: 60_000, everyMs: 20 }],
  ])('while it is %s has no text and no error', async (phase, fault) => {
    const replyId = await start(fault)
    await untilPhase(replyId, phase)
    expect(await stopped(replyId)).toMatchObject({ status: 'stopped', text: '', error: null })
    expect(stage.replies.count()).toBe(0)
  })

  it.each<[string, Fault]>([
    ['writing', { type: 'slow-tokens', tokensPerSecond: 20 }],
    ['silent in the middle', { type: 'stalls', afterTokens: 3 }],
  ])('while it is %s keeps what had come', async (_phase, fault) => {
    const replyId = await start(fault)
    await untilPhase(replyId, 'writing')
    const reply = await stopped(replyId)
    expect(reply).toMatchObject({ status: 'stopped', error: null })
    expect(reply.text).not.toBe('')
  })

  it('while its server is asked for the window is not sent at all', async () => {
    const asked = await startSecretive()
    const replyId = await start()
    await expect.poll(() => asked).toEqual(['GET /v1/models'])
    expect(await stopped(replyId)).toMatchObject({ status: 'stopped', text: '', error: null })
    expect(asked).toEqual(['GET /v1/models'])
  })
})

it('does not wait for ever for a server that does not tell its window', async () => {
  await startSecretive()
  expect(await stage.send('Hello')).toMatchObject({
    status: 'complete',
    text: 'Fine.',
    sent: { windowSource: 'assumed' },
  })
})
