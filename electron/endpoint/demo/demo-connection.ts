import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { createDemoHandler } from './demo-handler.ts'

let demoServer: Server | undefined

/**
 * Opens a connection to the demo endpoint inside this process: an HTTP server that is handed one end of a pair of
 * streams and never listens, so that no other program can reach it. Either end closing closes the other at once.
 */
export function connectToDemo(): Socket {
  demoServer ??= createServer(createDemoHandler())
  const [client, served] = duplexPair()
  closeTogether(client, served)
  closeTogether(served, client)
  demoServer.emit('connection', served)
  // undici asks of a socket only what every Duplex has; its types name the common case.
  return client as Socket
}

function closeTogether(first: Duplex, second: Duplex): void {
  first.on('close', () => {
    // After a clean end the other side still has the last bytes to read.
    if (!first.writableFinished) second.destroy()
  })
  // A reset by the other end is told by 'close'; without a listener it would end the process.
  first.on('error', () => second.destroy())
}
