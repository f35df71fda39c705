import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** What a connection is opened to: `addresses` are used, never the name. */
export interface SocketTarget {
  hostname: string
  addresses: LookupAddress[]
  port: number
}

/**
 * Opens a TCP connection to one of `addresses`, the next one after a quarter of a second of silence: `localhost` may be
 * ::1 or 127.0.0.1, and many servers listen on one of them only. Throws the system's error, or `signal`'s.
 */
export async function openSocket({ hostname, addresses, port }: SocketTarget, signal: AbortSignal): Promise<Socket> {
  const socket = connect({
    host: hostname,
    port,
    noDelay: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: 250,
    lookup: (_hostname, options, callback) => {
      const [first] = addresses
      if (options.all === true || first === undefined) callback(null, addresses)
      else callback(null, first.address, first.family)
    },
  })
  await untilReady(socket, 'connect', signal)
  return socket
}

/** Waits until `event` and destroys the socket when that does not come. */
export async function untilReady(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  // Between the event and the next owner's listeners an error would have nobody, and so end the process.
  socket.on('error', () => undefined)
  try {
    await once(socket, event, { signal })
  } catch (error) {
    socket.destroy()
    throw error
  }
}
