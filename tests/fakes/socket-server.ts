import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { allowPort } from '../setup/connect-log.ts'
import { replyEvents } from './fake-fault.ts'

/** What a server does at its socket once it has a request; then it holds the connection open unless a step closes it. */
export type SocketStep =
  | { type: 'write'; bytes: string | Uint8Array }
  /** One byte at a time. */
  | { type: 'drip'; bytes: string; everyMs: number }
  /** The same again and again for as long as the client takes it, as fast as it does. */
  | { type: 'flood'; bytes: string }
  | { type: 'wait'; ms: number }
  | { type: 'end' }
  | { type: 'reset' }

export interface SocketServer {
  /** `http://127.0.0.1:port/v1` */
  url: string
  port: number
  /** Connections that were made. */
  connections(): number
  openConnections(): number
  /** What every request is answered with from now on; null: a good reply. */
  setScript(script: readonly SocketStep[] | null): void
  close(): Promise<void>
}

export const GOOD_TEXTS = ['Still ', 'hére ', '🌍.']

/** A body as HTTP/1.1 sends one of unknown length. */
export function chunked(parts: readonly string[]): string {
  return parts.map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`).join('')
}

const GOOD_ANSWER: readonly SocketStep[] = [
  { type: 'write', bytes: 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n' },
  { type: 'write', bytes: `${chunked(replyEvents(GOOD_TEXTS))}0\r\n\r\n` },
  { type: 'end' },
]

/** A server that speaks whatever bytes it is told to, right or wrong, below HTTP. */
export async function startSocketServer(): Promise<SocketServer> {
  const open = new Set<Socket>()
  let connections = 0
  let script: readonly SocketStep[] | null = null
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections += 1
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
    // A client that has left is not answered.
    socket.on('end', () => socket.destroy())
    let received = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      if (!isWholeRequest(received)) return
      socket.removeAllListeners('data').resume()
      perform(socket, script ?? GOOD_ANSWER).catch(() => socket.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  allowPort(port)
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    connections: () => connections,
    openConnections: () => open.size,
    setScript(next) {
      script = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}

function isWholeRequest(received: Buffer): boolean {
  const headersEnd = received.indexOf('\r\n\r\n')
  const length = /content-length: (\d+)/i.exec(received.toString('latin1'))?.[1] ?? 0
  return headersEnd !== -1 && received.length >= headersEnd + 4 + Number(length)
}

async function perform(socket: Socket, steps: readonly SocketStep[]): Promise<void> {
  for (const step of steps) {
    if (socket.destroyed) return
    if (step.type === 'write') await write(socket, step.bytes)
    else if (step.type === 'drip') await drip(socket, step.bytes, step.everyMs)
    else if (step.type === 'flood') await flood(socket, step.bytes)
    else if (step.type === 'wait') await sleep(step.ms)
    else if (step.type === 'end') socket.end()
    else socket.resetAndDestroy()
  }
}

/** Resolves when the bytes are on their way, or nobody wants them any more. */
function write(socket: Socket, bytes: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) return resolve()
    socket.once('close', resolve)
    socket.write(bytes, () => {
      socket.off('close', resolve)
      resolve()
    })
  })
}

async function drip(socket: Socket, bytes: string, everyMs: number): Promise<void> {
  for (const byte of Buffer.from(bytes)) {
    if (socket.destroyed) return
    await write(socket, Uint8Array.of(byte))
    await sleep(everyMs)
  }
}

async function flood(socket: Socket, bytes: string): Promise<void> {
  const many = bytes.repeat(Math.ceil(16_384 / bytes.length))
  while (!socket.destroyed) {
    await write(socket, many)
    // The reader may be in this very process.
    await sleep(0)
  }
}
