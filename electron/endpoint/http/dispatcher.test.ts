import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RawServer, startRawServer } from '../../../tests/fakes/raw-server.ts'
import { listConnections } from '../../network/network-log.ts'
import type { EndpointConnection } from '../address.ts'
import { closeDispatchers } from './dispatcher.ts'
import { EndpointFailure } from './failure.ts'
import { discardBody, readText, sendRequest } from './request.ts'

let server: RawServer
beforeAll(async () => {
  server = await startRawServer()
})
afterAll(() => server.close())

const SAID = '{"said":1}'
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-length: ${SAID.length}\r\n\r\n${SAID}`
const ENDLESS = `HTTP/1.1 200 OK\r\n\r\n${SAID}`

function ask(signal = new AbortController().signal, settings: Partial<EndpointConnection> = {}) {
  const connection: EndpointConnection = {
    kind: 'http',
    baseUrl: server.origin,
    key: 'secret',
    name: 'Mine',
    ...settings,
  }
  const url = `${server.origin}/v1/chat/completions`
  return sendRequest({ connection, method: 'POST', url, body: { a: 'ü' }, signal, purpose: 'title' })
}

const newest = () => listConnections().connections[0]
const ended = () => expect.poll(() => newest()?.endedAt).not.toBeNull()

describe('what a request leaves in the network log', () => {
  it('is what went each way, without headers and without a word of it', async () => {
    server.answerWith((socket) => socket.write(ANSWER))
    await readText(await ask(), 1_000)
    await ended()
    expect(newest()).toEqual({
      id: expect.any(Number),
      host: server.origin.replace('http://', ''),
      address: '127.0.0.1',
      endpointName: 'Mine',
      purpose: 'title',
      sentBytes: Buffer.byteLength('{"a":"ü"}'),
      receivedBytes: SAID.length,
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
      outcome: 'done',
    })
    expect(JSON.stringify(listConnections())).not.toMatch(/secret|said/)
  })

  it('is "cancelled" when it was stopped, before the answer or in it', async () => {
    for (const bytes of ['', ENDLESS]) {
      const stop = new AbortController()
      server.answerWith((socket) => {
        socket.write(bytes)
        setTimeout(() => stop.abort(), 20)
      })
      await expect(ask(stop.signal).then((response) => readText(response, 1_000))).rejects.toThrow()
      await ended()
      expect(newest()).toMatchObject({ outcome: 'cancelled', receivedBytes: bytes === '' ? 0 : SAID.length })
    }
  })

  it('is "failed" when a clock of ours ended it, or the server broke off, or sent it elsewhere', async () => {
    server.answerWith((socket) => socket.write(ENDLESS))
    await expect(ask(AbortSignal.timeout(20)).then((response) => readText(response, 1_000))).rejects.toThrow()
    await ended()
    expect(newest()).toMatchObject({ outcome: 'failed' })

    const idle = new AbortController()
    setTimeout(() => idle.abort(new EndpointFailure('stream-idle', 'Too long.')), 20)
    await expect(ask(idle.signal).then((response) => readText(response, 1_000))).rejects.toThrow()
    await ended()
    expect(newest()).toMatchObject({ outcome: 'failed' })

    server.answerWith((socket) => socket.end(ANSWER.slice(0, -1)))
    await expect(ask().then((response) => readText(response, 1_000))).rejects.toThrow()
    await ended()
    expect(newest()).toMatchObject({ outcome: 'failed', receivedBytes: SAID.length - 1 })

    server.answerWith((socket) => socket.write('HTTP/1.1 302 Found\r\nlocation: http://evil.test/\r\n\r\n'))
    await expect(ask()).rejects.toMatchObject({ code: 'endpoint-redirected' })
    await ended()
    expect(newest()).toMatchObject({ outcome: 'failed' })
  })

  it('is "done" when what was wanted of the answer was read', async () => {
    server.answerWith((socket) => socket.write(ENDLESS))
    const response = await ask()
    discardBody(response)
    await ended()
    expect(newest()).toMatchObject({ outcome: 'done' })
  })

  it('is nothing when it was unwanted before it began, and nothing for the demo', async () => {
    const { total } = listConnections()
    await expect(ask(AbortSignal.abort(new Error('unwanted')))).rejects.toThrow('unwanted')
    const connection: EndpointConnection = { kind: 'demo', baseUrl: '', key: null }
    const url = 'http://demo.invalid/v1/models'
    const response = await sendRequest({
      connection,
      method: 'GET',
      url,
      signal: new AbortController().signal,
      purpose: 'models',
    })
    expect(await readText(response, 100_000)).toContain('data')
    expect(listConnections().total).toBe(total)
  })
})

describe('a connection', () => {
  it('serves one request, and is closed after it', async () => {
    const before = server.connections()
    server.answerWith((socket) => socket.write(ANSWER))
    for (let times = 0; times < 3; times++) await readText(await ask(), 1_000)
    expect(server.connections() - before).toBe(3)
  })

  it('ends when all are closed, also one that is waiting, and later requests work', async () => {
    server.answerWith(() => undefined)
    const waiting = ask()
    await expect.poll(() => newest()?.address).toBe('127.0.0.1')
    closeDispatchers()
    await expect(waiting).rejects.toMatchObject({ name: 'EndpointFailure' })
    server.answerWith((socket) => socket.write(ANSWER))
    expect(await readText(await ask(), 1_000)).toBe(SAID)
  })
})
