import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface RawServer {
  /** `http://127.0.0.1:port` */
  origin: string
  /** Connections since the start. */
  connections(): number
  /** What is written once the head of a request is here, and when it is over. */
  answerWith(write: (socket: Socket) => unknown): void
  close(): void
}

/** A TCP server on 127.0.0.1 that waits for the end of a request's head and then writes whatever it is told to. */
export async function startRawServer(): Promise<RawServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  let write: (socket: Socket) => unknown = (socket) => socket.end()
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    let head = ''
    socket.on('data', (bytes) => {
      if (head.includes('\r\n\r\n')) return
      head += bytes.toString('latin1')
      if (head.includes('\r\n\r\n')) write(socket)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    answerWith(given) {
      write = given
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
