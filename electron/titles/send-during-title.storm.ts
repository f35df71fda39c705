// Whenever the person sends, also in the very moment in which a title begins or ends, the server is free for the reply.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuid } from 'uuid'
import { expect, it, onTestFinished } from 'vitest'
import { replyEvents } from '../../tests/fakes/fake-fault.ts'
import { allowPort } from '../../tests/setup/connect-log.ts'
import { createEndpoint } from '../endpoint/saved-endpoints.ts'
import { openHistory } from '../history/history.ts'
import { bundleForNode } from '../history/testing/bundle-for-node.ts'
import { seededRandom } from '../history/testing/seeded-random.ts'
import { createKeyStore } from '../keys/key-store.ts'
import { noKeyring } from '../keys/testing/fake-keyring.ts'
import { startReplying } from '../lifecycle/start-replying.ts'

const ROUNDS = 150
const TITLE_MS = 12

it('no reply finds a title at work', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-titles-storm-'))
  const server = await startServer()
  const workerUrl = path.join(await bundleForNode({ worker: 'worker.ts' }), 'worker.mjs')
  const history = await openHistory({ file: path.join(folder, 'history.db'), key: Buffer.alloc(32, 7), workerUrl })
  const keys = createKeyStore(path.join(folder, 'keys.json'), noKeyring)
  const { replies, stopReplying } = startReplying({ history, keys, onCount: () => {}, idleMs: 2 })
  onTestFinished(async () => {
    await stopReplying()
    await history.close()
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const address = { kind: 'http', baseUrl: server.url, key: null, defaultModel: 'small', windowTokens: 32_768 } as const
  await createEndpoint(history, keys, { name: 'Fake', ...address })

  const random = seededRandom(20_261_124)
  const conversations: string[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const fields = { id: uuid(), systemPrompt: '', endpointId: null, model: null, now: Date.now() }
    const { id: conversationId } = await history.createConversation(fields)
    conversations.push(conversationId)
    await replies.start({ conversationId, action: { type: 'send', text: `Question ${round}` } })
    await replies.whenIdle()
    await sleep(random.share() * TITLE_MS * 2)
  }
  await sleep(TITLE_MS * 50)

  expect(server.disturbed).toBe(0)
  // Otherwise nothing was put to the test.
  expect(server.givenUp).toBeGreaterThan(ROUNDS / 20)
  expect(server.titles).toBeGreaterThan(server.givenUp)
  for (const conversationId of conversations) {
    const { title } = await history.getConversation({ conversationId })
    expect(title).toMatch(/^(?:Question \d+|Named)$/)
  }
})

async function startServer() {
  const state = { url: '', titles: 0, givenUp: 0, disturbed: 0, close: () => {} }
  let atWork = 0
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
    const isTitle = Buffer.concat(parts).includes('Write a title')
    if (!isTitle) {
      if (atWork > 0) state.disturbed += 1
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(replyEvents(['An answer.']).join(''))
      return
    }
    state.titles += 1
    atWork += 1
    response.on('close', () => {
      atWork -= 1
      if (!response.writableFinished) state.givenUp += 1
    })
    await sleep(TITLE_MS)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(replyEvents(['Named']).join(''))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  allowPort(port)
  state.url = `http://127.0.0.1:${port}/v1`
  state.close = () => void server.close()
  return state
}
