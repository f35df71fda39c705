import { request as httpRequest, type IncomingMessage } from 'node:http'
import { isIPv6, type Socket } from 'node:net'
import { EndpointFailure } from '../failure.ts'
import { openSocket } from './open-socket.ts'
import { resolveHost } from './resolve-host.ts'
import { secureSocket } from './secure-socket.ts'

interface Tunnel {
  proxyUrl: string
  hostname: string
  port: number
  signal: AbortSignal
}

/**
 * Asks an HTTP proxy for a connection to `hostname` (CONNECT, RFC 9110 section 9.3.6), for http and for https alike, so
 * that what is checked and sent afterwards does not depend on the proxy. A name is resolved by the proxy. User and
 * password come from `proxyUrl`. Throws `endpoint-unreachable` with a sentence about the proxy.
 */
export async function openTunnel(tunnel: Tunnel): Promise<Socket> {
  const proxy = new URL(tunnel.proxyUrl)
  const socket = await connectToProxy(proxy, tunnel.signal)
  try {
    const { answer, head } = await askForTunnel(proxy, tunnel, socket)
    const status = answer.statusCode ?? 0
    if (status < 200 || status > 299) throw refused(proxy, tunnel, status)
    if (head.length > 0) socket.unshift(head)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function connectToProxy(proxy: URL, signal: AbortSignal): Promise<Socket> {
  const hostname = proxy.hostname.replace(/^\[|\]$/g, '')
  const isSecure = proxy.protocol === 'https:'
  try {
    const addresses = await resolveHost(hostname)
    const socket = await openSocket({ hostname, addresses, port: Number(proxy.port || (isSecure ? 443 : 80)) }, signal)
    return isSecure ? await secureSocket(socket, { hostname, where: proxy.host, certificate: null }, signal) : socket
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new EndpointFailure(
      'endpoint-unreachable',
      `The proxy at ${proxy.host} cannot be reached. Check its address in the settings, or take it out there.`,
      { cause, retryable: true },
    )
  }
}

function askForTunnel(proxy: URL, { hostname, port, signal }: Tunnel, socket: Socket) {
  const target = `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`
  const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`
  return new Promise<{ answer: IncomingMessage; head: Buffer }>((resolve, reject) => {
    httpRequest({
      method: 'CONNECT',
      path: target,
      headers: {
        host: target,
        ...(login === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
      },
      createConnection: () => socket,
      maxHeaderSize: 16_384,
      signal,
    })
      .on('connect', (answer, _socket, head) => resolve({ answer, head }))
      .on('error', (cause) => reject(signal.aborted ? cause : noProxy(proxy, cause)))
      .end()
  })
}

function noProxy(proxy: URL, cause: Error): EndpointFailure {
  return new EndpointFailure(
    'endpoint-unreachable',
    `What answers at ${proxy.host} does not work as an HTTP proxy. Check the proxy's address in the settings.`,
    { cause },
  )
}

function refused(proxy: URL, { hostname }: Tunnel, status: number): EndpointFailure {
  if (status === 407) return proxyLogin(proxy.href, status)
  if (status < 400) return proxyPage(proxy.href, status)
  return new EndpointFailure(
    'endpoint-unreachable',
    `The proxy at ${proxy.host} does not connect to ${hostname} (it answered ${status}). Check the endpoint's address, or ask who runs the proxy.`,
    { status },
  )
}

/** The failure for a proxy that wants to know who is asking. */
export function proxyLogin(proxyUrl: string, status: number): EndpointFailure {
  return new EndpointFailure(
    'endpoint-unreachable',
    `The proxy at ${new URL(proxyUrl).host} asks for a user name and a password, or does not take the ones it was given. Put them into the proxy's address in the settings.`,
    { status },
  )
}

/** The failure for a page, such as one to sign in, that came in place of the server's answer. */
export function proxyPage(proxyUrl: string, status: number): EndpointFailure {
  return new EndpointFailure(
    'endpoint-unreachable',
    `The proxy at ${new URL(proxyUrl).host} answered with a page of its own (${status}), most often one to sign in. Open any page in a browser, sign in there, then try again.`,
    { status },
  )
}
