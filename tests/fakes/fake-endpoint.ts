import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDemoHandler, type DemoOptions } from '../../electron/endpoint/demo/demo-handler.ts'
import { allowPort } from '../setup/connect-log.ts'
import { type Fault, type RecordedRequest, replyEvents } from './fake-fault.ts'
import { bytesOf, sendBytes, sendEndlessly, TOKENS } from './fault-answers.ts'

interface FakeEndpointOptions extends DemoOptions {
  /** Port of 127.0.0.1; 0 or nothing takes a free one. */
  port?: number
  /** API key that every request has to carry. */
  key?: string
  /** Answers to GET requests for other paths than the demo's, by path, as JSON. */
  routes?: Record<string, unknown>
  fault?: Fault
  /** `/health` takes the request and never answers. */
  silentHealth?: boolean
  /** The app must not reach it: a test in which it does so fails. */
  offLimits?: boolean
}

export interface FakeEndpoint {
  /** `http://127.0.0.1:port/v1` */
  url: string
  port: number
  /** Every request so far, oldest first. */
  requests: RecordedRequest[]
  /**
   * From now on, chat requests get these faults, one each; after the last one the fake is healthy. A single fault
   * stays until it is changed, and null heals.
   */
  setFault(fault: Fault | null | readonly Fault[]): void
  openConnections(): number
  /** Resolves when no client is connected any longer. */
  whenDisconnected(): Promise<void>
  close(): Promise<void>
}

/** The demo endpoint on TCP at 127.0.0.1, which records what it is sent and misbehaves on demand. */
export async function startFakeEndpoint(options: FakeEndpointOptions = {}): Promise<FakeEndpoint> {
  const requests: RecordedRequest[] = []
  const sockets = new Set<Socket>()
  let faults: Fault | null | Fault[] = options.fault ?? null
  /** How often `/health` still says that the model is being loaded. */
  const loading = { left: 0 }
  const nextFault = () => (Array.isArray(faults) ? (faults.shift() ?? null) : faults)

  const server = createServer((request, response) => {
    receive(request, response, options, requests, nextFault, loading).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  if (!options.offLimits) allowPort(port)

  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    setFault(fault) {
      faults = Array.isArray(fault) ? [...fault] : (fault as Fault | null)
    },
    openConnections: () => sockets.size,
    async whenDisconnected() {
      await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  options: FakeEndpointOptions,
  requests: RecordedRequest[],
  nextFault: () => Fault | null,
  loading: { left: number },
): Promise<void> {
  const bytes = await readAll(request)
  const path = request.url ?? '/'
  const recorded = { method: request.method ?? '', path, headers: request.headers, body: parseBody(bytes) }
  requests.push(recorded)
  if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`) {
    const error = { message: 'Invalid API Key', type: 'authentication_error', code: 401 }
    return sendBytes(response, { chunks: [JSON.stringify({ error })], status: 401, headers: JSON_TYPE })
  }
  const route = options.routes?.[path]
  if (route !== undefined) return sendBytes(response, { chunks: [JSON.stringify(route)], headers: JSON_TYPE })
  if (path === '/health' && options.silentHealth) return
  if (path === '/health' && loading.left > 0) {
    loading.left -= 1
    return sendBytes(response, { chunks: ['{"error":{"message":"Loading model"}}'], status: 503, headers: JSON_TYPE })
  }
  const isChat = path.endsWith('/chat/completions')
  const fault = isChat ? nextFault() : null
  if (fault?.type === 'loading') loading.left = fault.health ?? 0
  await misbehave(fault, recorded, response, (demo = {}, body = bytes) => {
    replay(createDemoHandler({ tokensPerSecond: 2_000, ...options, ...demo }), request, response, body)
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }

async function misbehave(
  fault: Fault | null,
  request: RecordedRequest,
  response: ServerResponse,
  answerWell: (demo?: DemoOptions, body?: Buffer) => void,
): Promise<void> {
  if (fault === null) return answerWell()
  const bytes = bytesOf(fault, request)
  if (bytes !== null) return sendBytes(response, bytes)
  switch (fault.type) {
    case 'silent':
      return undefined
    case 'endless':
      return sendEndlessly(response)
    case 'reset':
      response.socket?.destroy()
      return undefined
    case 'slow-first-byte':
      await sleep(fault.delayMs)
      return answerWell()
    case 'pings-first':
      return answerAfterPings(response, fault.delayMs, fault.everyMs)
    case 'slow-tokens':
      return answerWell({ tokensPerSecond: fault.tokensPerSecond })
    case 'reply':
      return answerWell({ reply: () => ({ text: fault.text, reasoning: fault.reasoning ?? '' }) })
    case 'not-streaming':
      return answerWell({}, Buffer.from(JSON.stringify({ ...(request.body as object), stream: false })))
    default:
      return answerWell()
  }
}

/** Headers and pings while the model is thinking, then a reply. */
async function answerAfterPings(response: ServerResponse, delayMs: number, everyMs: number): Promise<void> {
  const count = Math.ceil(delayMs / everyMs)
  const pings = Array.from({ length: count }, () => ':\n\n')
  await sendBytes(response, { chunks: pings, gapMs: everyMs, after: 'hold' })
  response.end(replyEvents(TOKENS).join(''))
}

/** Hands a request whose body has been read to a handler that wants to read it. */
function replay(handler: RequestListener, request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const again = Object.assign(Readable.from([body]), { method: request.method, url: request.url })
  handler(again as unknown as IncomingMessage, response as Parameters<RequestListener>[1])
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}

function parseBody(bytes: Buffer): unknown {
  const text = bytes.toString('utf8')
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
