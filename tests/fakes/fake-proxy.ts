import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface FakeProxy {
  port: number
  /** What CONNECT was asked for, with the headers of each, oldest first. */
  asked: { target: string; headers: IncomingHttpHeaders }[]
  /** Requests that came without CONNECT. */
  forwarded: string[]
  /**
   * Answers CONNECT with these bytes and what comes through the tunnel with `page`, then closes; null lets connections
   * through to 127.0.0.1, whatever their name.
   */
  answerWith(bytes: string | null, page?: string): void
  close(): void
}

/** An HTTP proxy on 127.0.0.1 that knows every name. */
export async function startFakeProxy(): Promise<FakeProxy> {
  const asked: FakeProxy['asked'] = []
  const forwarded: string[] = []
  const sockets = new Set<Socket>()
  let answer: string | null = null
  let answerInside: string | undefined
  const server = createServer((request, response) => {
    forwarded.push(request.url ?? '')
    response.writeHead(502).end()
  })
  server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)))
  server.on('connect', (request, client) => {
    asked.push({ target: request.url ?? '', headers: request.headers })
    if (answer !== null) {
      if (answerInside === undefined) {
        client.end(answer)
        return
      }
      client.write(answer)
      client.once('data', () => client.end(answerInside))
      return
    }
    const port = Number((request.url ?? '').split(':').at(-1))
    const beyond = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      beyond.pipe(client).pipe(beyond)
    })
    beyond.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
    client.on('error', () => beyond.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    forwarded,
    answerWith(bytes, page) {
      answer = bytes
      answerInside = page
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
