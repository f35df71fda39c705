import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { createDemoHandler } from '../../../electron/endpoint/demo/demo-handler.ts'
import { allowPort } from '../../setup/connect-log.ts'
import { desktopServers } from './desktop-servers.ts'
import { llamaServers } from './llama-servers.ts'
import { pythonServers } from './python-servers.ts'
import { type Answer, json, type RecordedAnswer, type RecordedServer } from './recorded-server.ts'

/** Every server that Alcove is tested with, by product and state. */
const fakeServers = { ...llamaServers, ...desktopServers, ...pythonServers }

export type FakeServerName = keyof typeof fakeServers

interface FakeServerOptions {
  /** Port of 127.0.0.1; 0 or nothing takes a free one. */
  port?: number
  /** API key that every request but `/health` has to carry. */
  key?: string
  /** Answers in place of the recorded ones. */
  routes?: Record<string, Answer>
}

export interface FakeServer {
  /** Where its OpenAI-compatible routes begin. */
  url: string
  port: number
  /** `METHOD /path?query` of every request so far, oldest first. */
  asked: string[]
  close(): Promise<void>
}

/** A server that answers as the product of that name does, over TCP at 127.0.0.1. Chat requests are answered by the demo. */
export async function startFakeServer(
  kind: FakeServerName | RecordedServer,
  options: FakeServerOptions = {},
): Promise<FakeServer> {
  const recorded: RecordedServer = typeof kind === 'string' ? fakeServers[kind] : kind
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    answer(recorded, options, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  allowPort(port)
  return {
    url: `http://127.0.0.1:${port}${recorded.api}`,
    port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  recorded: RecordedServer,
  options: FakeServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part)
  const bytes = Buffer.concat(parts)
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://fake.invalid')
  const isOpen = options.key === undefined || pathname === '/health'
  if (!isOpen && request.headers.authorization !== `Bearer ${options.key}`) {
    return send(response, json({ error: { message: 'Invalid API Key', type: 'authentication_error', code: 401 } }, 401))
  }
  const name = `${request.method} ${pathname}`
  const found = options.routes?.[name] ?? recorded.routes[name]
  if (found !== undefined) {
    return send(response, typeof found === 'function' ? found({ query, body: parse(bytes) }) : found)
  }
  const hasModels = recorded.routes[`GET ${recorded.api}/models`] !== undefined
  if (!hasModels || name !== `POST ${recorded.api}/chat/completions`) return send(response, recorded.unknown)
  const again = Object.assign(Readable.from([bytes]), { method: 'POST', url: '/v1/chat/completions' })
  createDemoHandler({ tokensPerSecond: 2_000 })(again as unknown as IncomingMessage, response as never)
}

function send(response: ServerResponse, { status, contentType, body }: RecordedAnswer): void {
  response.writeHead(status, { 'content-type': contentType })
  response.end(typeof body === 'string' && contentType !== 'application/json' ? body : JSON.stringify(body))
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
