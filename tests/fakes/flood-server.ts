import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Readable } from 'node:stream'

export interface Flood {
  /** Sent first, as it is. */
  head: string
  /** Sent again and again after it. */
  again: string
  /** How much of that at most. */
  maxBytes: number
}

export interface FloodServer {
  /** `http://127.0.0.1:port` */
  origin: string
  floodWith(flood: Flood): void
  /** Bytes of the last flood that the client's side took. */
  takenBytes(): number
  close(): void
}

const SMALL = 'HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}'
const PIECE_BYTES = 256 * 1024

/** A TCP server on 127.0.0.1 that sends as much as the client takes, where the request's path has `flood` in it. */
export async function startFloodServer(): Promise<FloodServer> {
  const sockets = new Set<Socket>()
  let flood: Flood = { head: '', again: 'x', maxBytes: 0 }
  let taken = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined)
    socket.once('data', (request) => {
      if (!request.toString('latin1').split('\r\n')[0]?.includes('flood')) socket.end(SMALL)
      else pour(socket)
    })
    socket.on('data', () => undefined)
  })
  const pour = (socket: Socket) => {
    const piece = Buffer.from(flood.again.repeat(Math.ceil(PIECE_BYTES / flood.again.length)))
    taken = 0
    const pieces = function* () {
      yield Buffer.from(flood.head)
      for (; taken < flood.maxBytes; taken += piece.length) yield piece
    }
    Readable.from(pieces(), { highWaterMark: 1 }).pipe(socket)
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    floodWith(given) {
      flood = given
    },
    takenBytes: () => taken,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
