import type { Socket } from 'node:net'
import { type buildConnector, Client, type Dispatcher } from 'undici'
import type { ConnectionPurpose } from '../../../shared/record-types.ts'
import { type ConnectionRecord, recordConnection } from '../../network/network-log.ts'
import type { EndpointConnection } from '../address.ts'
import { connectToDemo } from '../demo/demo-connection.ts'
import { connectEndpoint } from './connect/connect-endpoint.ts'
import { EndpointFailure } from './failure.ts'

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

interface Exchanged {
  connection: EndpointConnection
  /** Where every request of this client goes. */
  origin: string
  where: string
  purpose: ConnectionPurpose
  signal: AbortSignal
  onSent?: (() => void) | undefined
}

/** One request with the connection that serves it alone. */
export interface Exchange {
  client: Dispatcher
  isThroughProxy(): boolean
  /** Notes how it ended, null meaning well, and closes the connection. The first call counts. */
  end(error: unknown): void
}

const open = new Set<() => void>()

/**
 * Opens a client for one request. As no connection is shared, nothing that one endpoint is trusted with (a certificate,
 * a proxy, another computer) can serve a request to another, and the network log can tell what each connection carried.
 */
export function openExchange(exchanged: Exchanged): Exchange {
  const { connection, purpose, where, origin, signal } = exchanged
  const closed = new AbortController()
  const record =
    connection.kind === 'demo'
      ? null
      : recordConnection({ host: where, endpointName: connection.name ?? null, purpose })
  let isThroughProxy = false
  let isTried = false
  const connect = async () => {
    // undici would connect again and again, as fast as it can, to a server that closes or speaks before it is asked.
    if (isTried) throw closedAtOnce()
    isTried = true
    if (record === null) return connectToDemo()
    const made = await connectEndpoint({ connection, origin, signal: AbortSignal.any([signal, closed.signal]) })
    record.connected(made.address)
    isThroughProxy = made.isThroughProxy
    return made.socket
  }
  const client = new Client(origin, { ...QUIET, connect: connector(connect) })
  const close = () => end(new Error('Alcove closed its connections'))
  const end = (error: unknown) => {
    if (!open.delete(close)) return
    record?.end(outcomeOf(error, signal))
    closed.abort()
    client.destroy().catch(() => undefined)
  }
  open.add(close)
  return {
    client: client.compose(follow({ record, onSent: exchanged.onSent, end })),
    isThroughProxy: () => isThroughProxy,
    end,
  }
}

/** Closes every connection to every endpoint at once; the next request opens new ones. */
export function closeDispatchers(): void {
  for (const close of open) close()
}

function connector(connect: () => Promise<Socket>): buildConnector.connector {
  return (_options, callback) => {
    connect().then(
      (socket) => {
        // undici would wait for the end of a socket that has ended already.
        if (socket.destroyed) setImmediate(callback, closedAtOnce(), null)
        // It expects a connection to take a moment: told of it at once, it would forget the request.
        else setImmediate(callback, null, socket)
      },
      (error: unknown) => setImmediate(callback, error instanceof Error ? error : new Error('aborted'), null),
    )
  }
}

function closedAtOnce(): Error {
  return Object.assign(new Error('closed before it was asked'), { code: 'ECONNRESET' })
}

interface Followed {
  record: ConnectionRecord | null
  onSent: (() => void) | undefined
  end: (error: unknown) => void
}

/** undici starts a request once a connection stands; its promise tells only of the headers, minutes later. */
function follow({ record, onSent, end }: Followed): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart(controller, context) {
        if (typeof options.body === 'string') record?.sent(Buffer.byteLength(options.body))
        onSent?.()
        handler.onRequestStart?.(controller, context)
      },
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData(controller, chunk) {
        record?.received(chunk.length)
        handler.onResponseData?.(controller, chunk)
      },
      onResponseEnd(...args) {
        handler.onResponseEnd?.(...args)
        end(null)
      },
      onResponseError(controller, error) {
        handler.onResponseError?.(controller, error)
        end(error)
      },
    })
}

function outcomeOf(error: unknown, signal: AbortSignal) {
  if (error === null) return 'done'
  const cause: unknown = signal.aborted ? signal.reason : error
  if (cause instanceof EndpointFailure) {
    return cause.code === 'endpoint-elsewhere' || cause.code === 'endpoint-certificate' ? 'refused' : 'failed'
  }
  if (signal.aborted) return cause instanceof DOMException && cause.name === 'TimeoutError' ? 'failed' : 'cancelled'
  // The reader had what it wanted and let go of the rest.
  return isCode(error, 'UND_ERR_ABORTED') ? 'done' : 'failed'
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code
}
