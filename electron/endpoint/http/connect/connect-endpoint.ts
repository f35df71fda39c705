import type { LookupAddress } from 'node:dns'
import type { Socket } from 'node:net'
import { errors } from 'undici'
import type { EndpointConnection } from '../../address.ts'
import { EndpointFailure } from '../failure.ts'
import { isLoopback } from './loopback.ts'
import { openSocket } from './open-socket.ts'
import { openTunnel } from './open-tunnel.ts'
import { resolveHost } from './resolve-host.ts'
import { secureSocket } from './secure-socket.ts'

const DEFAULT_CONNECT_SECONDS = 5

interface Target {
  connection: EndpointConnection
  /** Of the endpoint: where the socket goes, whatever URL a request was made from. */
  origin: string
  /** The request is no longer wanted. */
  signal: AbortSignal
}

export interface Connected {
  socket: Socket
  /** The IP address at the other end; the proxy's where there is one. */
  address: string
  isThroughProxy: boolean
}

/**
 * Opens the connection for one request: resolves the name once, refuses what the settings forbid, connects to exactly
 * the addresses that were looked at, then speaks TLS with the name. Throws `EndpointFailure` (`endpoint-elsewhere`,
 * `endpoint-certificate`, `endpoint-unreachable`), undici's `ConnectTimeoutError` or what the system throws.
 */
export async function connectEndpoint({ connection, origin, signal }: Target): Promise<Connected> {
  const seconds = connection.waits?.connectSeconds ?? DEFAULT_CONNECT_SECONDS
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), seconds * 1_000)
  const given = AbortSignal.any([late.signal, signal])
  try {
    return await orAborted(open(connection, new URL(origin), given), given)
  } catch (error) {
    throw late.signal.aborted && !signal.aborted ? new errors.ConnectTimeoutError() : error
  } finally {
    clearTimeout(timer)
  }
}

async function open(connection: EndpointConnection, url: URL, signal: AbortSignal): Promise<Connected> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const proxyUrl = connection.thisMachineOnly === true ? null : (connection.proxyUrl ?? null)
  const addresses = await resolveOrLeave(hostname, proxyUrl)
  const isHere = addresses.length > 0 && addresses.every(({ address }) => isLoopback(address))
  if (connection.thisMachineOnly === true && !isHere) throw elsewhere(url.host, addresses)
  const isThroughProxy = proxyUrl !== null && !isHere
  const socket = isThroughProxy
    ? await openTunnel({ proxyUrl, hostname, port, signal })
    : await openSocket({ hostname, addresses, port }, signal)
  const address = socket.remoteAddress ?? ''
  if (url.protocol !== 'https:') return { socket, address, isThroughProxy }
  const peer = { hostname, where: url.host, certificate: connection.certificate ?? null }
  return { socket: await secureSocket(socket, peer, signal), address, isThroughProxy }
}

/** Behind a proxy a name may be known to the proxy alone. */
async function resolveOrLeave(hostname: string, proxyUrl: string | null): Promise<LookupAddress[]> {
  try {
    return await resolveHost(hostname)
  } catch (error) {
    if (proxyUrl === null) throw error
    return []
  }
}

function elsewhere(host: string, addresses: LookupAddress[]): EndpointFailure {
  const found = addresses.find(({ address }) => !isLoopback(address))?.address ?? 'no address'
  return new EndpointFailure(
    'endpoint-elsewhere',
    `${host} leads to another computer (${found}), and the settings keep Alcove on this one. Nothing was sent. Use an address such as http://127.0.0.1:8080, or allow other computers in the settings.`,
  )
}

/** A resolver cannot be told to stop; what it finds too late is let go. */
async function orAborted(opening: Promise<Connected>, signal: AbortSignal): Promise<Connected> {
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([opening, aborted])
  } catch (error) {
    opening.then(
      ({ socket }) => socket.destroy(),
      () => undefined,
    )
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
