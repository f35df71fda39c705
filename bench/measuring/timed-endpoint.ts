import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDemoHandler } from '../../electron/endpoint/demo/demo-handler.ts'

export interface TimedEndpoint {
  /** `http://127.0.0.1:port/v1` */
  url: string
  /** Of the newest chat request, as `clock` counts: when it was there, and when the last of its reply was sent. */
  newest(): { arrivedMs: number; endedMs: number }
  close(): void
}

/** Milliseconds since 1970, finer than `Date.now`, and the same in every process and window of this machine. */
function clock(): number {
  return performance.timeOrigin + performance.now()
}

/** The demo endpoint on TCP at 127.0.0.1, which notes when it is asked and when it has answered. */
export async function startTimedEndpoint(tokensPerSecond: number): Promise<TimedEndpoint> {
  const newest = { arrivedMs: 0, endedMs: 0 }
  const handle = createDemoHandler({ tokensPerSecond })
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/chat/completions')) {
      newest.arrivedMs = clock()
      response.once('finish', () => {
        newest.endedMs = clock()
      })
    }
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    newest: () => ({ ...newest }),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
