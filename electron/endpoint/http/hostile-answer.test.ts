import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RawServer, startRawServer } from '../../../tests/fakes/raw-server.ts'
import { fetchJson } from './fetch-json.ts'

let server: RawServer
beforeAll(async () => {
  server = await startRawServer()
})
afterAll(() => server.close())

const SAID = '{"said":1}'
const head = (...lines: string[]) =>
  ['HTTP/1.1 200 OK', 'content-type: application/json', ...lines, '', ''].join('\r\n')
const length = (text: string) => `content-length: ${Buffer.byteLength(text)}`

function ask(timeoutMs = 2_000): Promise<unknown> {
  return fetchJson({
    connection: { kind: 'http', baseUrl: server.origin, key: 'secret' },
    url: `${server.origin}/v1/models`,
    timeoutMs,
    signal: new AbortController().signal,
    purpose: 'models',
  })
}

async function answer(...parts: (string | Buffer)[]): Promise<unknown> {
  server.answerWith((socket) => {
    for (const part of parts) socket.write(part)
    socket.end()
  })
  return ask()
}

describe('an answer that can be read', () => {
  it.each<[string, (string | Buffer)[]]>([
    ['with its length', [head(length(SAID)), SAID]],
    ['until the connection closes', [head(), SAID]],
    ['in chunks', [head('transfer-encoding: chunked'), '4\r\n{"sa\r\n6\r\nid":1}\r\n0\r\n\r\n']],
    [
      'in chunks with extensions and a trailer',
      [head('transfer-encoding: chunked'), `a;x=y\r\n${SAID}\r\n0\r\nx-after: 1\r\n\r\n`],
    ],
    [
      'after two interim answers',
      ['HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(2), head(length(SAID)), SAID],
    ],
    ['with more bytes than its length', [head(length(SAID)), SAID, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}']],
    ['that calls itself identical', [head(length(SAID), 'content-encoding: identity'), SAID]],
    ['of HTTP/1.0', [`HTTP/1.0 200 OK\r\n\r\n${SAID}`]],
  ])('%s is read', async (_how, parts) => {
    expect(await answer(...parts)).toEqual({ said: 1 })
  })

  it('byte by byte is read', async () => {
    server.answerWith(async (socket) => {
      for (const byte of head(length(SAID)) + SAID) {
        socket.write(byte)
        await new Promise(setImmediate)
      }
    })
    expect(await ask()).toEqual({ said: 1 })
  })
})

describe('a compressed answer', () => {
  const bomb = Buffer.alloc(4 * 1024 * 1024)
  it.each<[string, Buffer, string[]]>([
    ['gzip', gzipSync(bomb), ['content-encoding: gzip']],
    ['br', brotliCompressSync(bomb, { params: { 1: 1 } }), ['content-encoding: br']],
    ['deflate', deflateSync(bomb), ['content-encoding: deflate']],
    ['zstd', Buffer.alloc(4_000, 40), ['content-encoding: zstd']],
    ['gzip', gzipSync(bomb), ['Content-Encoding: GZip']],
    ['gzip', gzipSync(bomb), ['content-encoding: identity', 'content-encoding: gzip']],
    ['gzip', gzipSync(bomb), ['content-encoding: identity, gzip']],
    ['gzip', gzipSync(bomb), ['content-encoding:', 'content-encoding: gzip, identity']],
    ['gzip', gzipSync(bomb), ['transfer-encoding: gzip']],
  ])('(%s) is refused without unpacking a byte of it', async (name, packed, lines) => {
    await expect(answer(head(...lines), packed)).rejects.toMatchObject({
      code: 'endpoint-failed',
      message: expect.stringContaining(`compressed form (${name})`),
    })
  })

  it('in chunks is refused as well', async () => {
    const packed = gzipSync(SAID)
    const chunk = Buffer.concat([
      Buffer.from(`${packed.length.toString(16)}\r\n`),
      packed,
      Buffer.from('\r\n0\r\n\r\n'),
    ])
    await expect(answer(head('transfer-encoding: gzip, chunked'), chunk)).rejects.toMatchObject({
      code: 'endpoint-failed',
    })
  })
})

describe('an answer that is broken', () => {
  const wide = `x-a: ${'b'.repeat(20_000)}`
  it.each<[string, string, (string | Buffer)[]]>([
    ['endpoint-unreachable', 'with nothing in it', []],
    // Nobody asked for leave to send a body; undici takes this for the answer to something else.
    ['endpoint-unreachable', 'that begins with a 100', ['HTTP/1.1 100 Continue\r\n\r\n', head(length(SAID)), SAID]],
    ['endpoint-unreachable', 'that ends in its status line', ['HTTP/1.1 20']],
    ['endpoint-unreachable', 'that ends in its headers', ['HTTP/1.1 200 OK\r\ncontent-ty']],
    ['endpoint-unreachable', 'shorter than its length', [head('content-length: 100'), SAID]],
    ['endpoint-unreachable', 'that ends in a chunk', [head('transfer-encoding: chunked'), 'ff\r\n{"said":1}']],
    ['endpoint-unreachable', 'without the last chunk', [head('transfer-encoding: chunked'), `a\r\n${SAID}\r\n`]],
    [
      'endpoint-not-openai',
      'with a chunk size that is no number',
      [head('transfer-encoding: chunked'), `zz\r\n${SAID}\r\n`],
    ],
    [
      'endpoint-not-openai',
      'with a chunk size beyond all numbers',
      [head('transfer-encoding: chunked'), 'fffffffffffffffff\r\n{}\r\n'],
    ],
    ['endpoint-not-openai', 'with two lengths', [head('content-length: 10', 'content-length: 4'), SAID]],
    [
      'endpoint-not-openai',
      'with a length and chunks',
      [head('content-length: 10', 'transfer-encoding: chunked'), `a\r\n${SAID}\r\n0\r\n\r\n`],
    ],
    ['endpoint-not-openai', 'with a length below nothing', [head('content-length: -1'), SAID]],
    ['endpoint-not-openai', 'with a length beyond all numbers', [head(`content-length: ${'9'.repeat(40)}`), SAID]],
    ['endpoint-not-openai', 'with headers larger than 16 kB', [head(wide), SAID]],
    [
      'endpoint-not-openai',
      'with trailers larger than 16 kB',
      [head('transfer-encoding: chunked'), `a\r\n${SAID}\r\n0\r\n${wide}\r\n\r\n`],
    ],
    ['endpoint-not-openai', 'with a NUL in a header', [head('x-a: \0'), SAID]],
    ['endpoint-not-openai', 'that is a greeting of another protocol', ['SSH-2.0-OpenSSH_9.9\r\n']],
    [
      'endpoint-unreachable',
      'that changes the protocol',
      ['HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', SAID],
    ],
    ['endpoint-not-openai', 'of no version of HTTP', [`HTTP/9.9 200 OK\r\n\r\n${SAID}`]],
  ])('is told as %s: %s', async (code, _how, parts) => {
    await expect(answer(...parts)).rejects.toMatchObject({ name: 'EndpointFailure', code })
  })

  const drip = (socket: Socket, first: string, next: string) => {
    socket.write(first)
    const timer = setInterval(() => socket.write(next), 5)
    socket.on('close', () => clearInterval(timer))
  }
  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\nx-a: ', 'b'],
    ['header lines', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n'],
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'],
    ['a body', head('content-length: 1000000'), ' '],
    ['chunks', head('transfer-encoding: chunked'), '1\r\n \r\n'],
    ['chunk extensions', `${head('transfer-encoding: chunked')}1;`, 'x'],
    ['trailers', `${head('transfer-encoding: chunked')}0\r\nx: `, 'y'],
  ])('ends with the time that it was given when %s only drip', async (_what, first, next) => {
    server.answerWith((socket) => drip(socket, first, next))
    await expect(ask(120)).rejects.toMatchObject({ code: 'endpoint-timeout' })
  })

  it('does not keep the next one from being read', async () => {
    await answer('nonsense').catch(() => undefined)
    expect(await answer(head(length(SAID)), SAID)).toEqual({ said: 1 })
  })

  it('is not asked for again by itself', async () => {
    const before = server.connections()
    await answer().catch(() => undefined)
    await sleep(50)
    expect(server.connections() - before).toBe(1)
  })
})
