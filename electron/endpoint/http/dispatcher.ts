import { Agent, type Dispatcher } from 'undici'
import type { EndpointConnection } from '../address.ts'
import { connectToDemo } from '../demo/demo-connection.ts'

const CONNECT_TIMEOUT_MS = 5_000

/**
 * Our own clocks watch a reply (a server may think for minutes before its first byte), so undici's are off. No proxy is
 * read from the environment, redirects are not followed, and cancelling an HTTP/1.1 request closes its socket, which is
 * what makes every server stop generating: so HTTP/2 is off.
 */
const QUIET = {
  headersTimeout: 0,
  bodyTimeout: 0,
  allowH2: false,
  // A connection serves one request: a server that never quite ended an answer (a 204 held open) would keep the next
  // request on the same connection waiting for ever. Connecting to this computer costs nothing.
  pipelining: 0,
  maxHeaderSize: 16_384,
} as const

const agents = new Map<EndpointConnection['kind'], Agent>()

/** The one undici agent for endpoints of this kind, made when first needed. */
export function dispatcherFor(kind: EndpointConnection['kind']): Dispatcher {
  const known = agents.get(kind)
  if (known !== undefined) return known
  const agent = kind === 'demo' ? createDemoAgent() : createHttpAgent()
  agents.set(kind, agent)
  return agent
}

/** Closes every connection to every endpoint at once; the next request opens new ones. */
export async function closeDispatchers(): Promise<void> {
  const open = [...agents.values()]
  agents.clear()
  await Promise.all(open.map((agent) => agent.destroy()))
}

function createHttpAgent(): Agent {
  return new Agent({
    ...QUIET,
    // `localhost` may be ::1 or 127.0.0.1, and many servers listen on one of them only.
    connect: { timeout: CONNECT_TIMEOUT_MS, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 250 },
  })
}

function createDemoAgent(): Agent {
  return new Agent({
    ...QUIET,
    connect: (_options, callback) => {
      // undici expects a connection to take a moment: told of it at once, it would forget the request.
      setImmediate(() => callback(null, connectToDemo()))
    },
  })
}
