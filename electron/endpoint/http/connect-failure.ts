import { errors } from 'undici'
import { startHint } from '../../../shared/known-servers.ts'
import { EndpointFailure } from './failure.ts'

/** The server offers no version of TLS that this program speaks (1.2 and 1.3). */
const TLS_VERSION = /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|UNSUPPORTED_SSL_VERSION|VERSION_TOO_LOW/

/** Beside what the parser itself refuses. */
const NOT_HTTP = new Set(['UND_ERR_HEADERS_OVERFLOW', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'])

/**
 * Turns what undici, sockets, DNS and TLS throw into a sentence that names `where` (`host:port`). `protocol` is that of
 * the address (`http:`), where it is known.
 * Codes: https://nodejs.org/api/errors.html#common-system-errors and undici's `docs/api/Errors.md`.
 */
export function connectFailure(cause: unknown, where: string, protocol = ''): EndpointFailure {
  const code = errorCode(cause)
  const again = { cause, retryable: true }
  switch (code) {
    case 'ECONNREFUSED':
      return new EndpointFailure('endpoint-unreachable', `Nothing answers at ${where}. ${startHint(where)}`, {
        ...again,
        retry: 'backoff',
      })
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return new EndpointFailure(
        'endpoint-unreachable',
        protocol === 'http:'
          ? `The server at ${where} closed the connection without an answer. Check that it is still running, and whether its address should start with https://.`
          : `The server at ${where} closed the connection without an answer. Check that it is still running, then try again.`,
        { ...again, retry: 'backoff' },
      )
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return new EndpointFailure(
        'endpoint-unreachable',
        `No computer named in ${where} can be found. Check the spelling of the address and the network connection.`,
        again,
      )
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return new EndpointFailure(
        'endpoint-timeout',
        `${where} did not accept a connection in time. Check the address, and that no firewall stands in between.`,
        again,
      )
    case 'ENETDOWN':
    case 'ENETUNREACH':
      return new EndpointFailure(
        'endpoint-unreachable',
        `This computer has no network that leads to ${where}. Connect it, then try again.`,
        again,
      )
    case 'EACCES':
    case 'EPERM':
      return new EndpointFailure(
        'endpoint-unreachable',
        `This computer does not let Alcove connect to ${where}. Allow it in the firewall or the security software.`,
        again,
      )
    case 'EHOSTUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EHOSTDOWN':
      return new EndpointFailure(
        'endpoint-unreachable',
        `${where} cannot be reached from this computer. Check the network connection and the address.`,
        again,
      )
    default:
      return protocolFailure(cause, code, where)
  }
}

function protocolFailure(cause: unknown, code: string, where: string): EndpointFailure {
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new EndpointFailure(
      'endpoint-unreachable',
      `The server at ${where} does not speak https. Change https:// to http:// in the address.`,
      { cause },
    )
  }
  if (TLS_VERSION.test(code)) {
    return new EndpointFailure(
      'endpoint-unreachable',
      `The server at ${where} knows only outdated forms of https, which can be listened to. Bring it or the proxy in front of it up to date.`,
      { cause },
    )
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO') {
    return new EndpointFailure(
      'endpoint-unreachable',
      `No secure connection to ${where} could be made (${code}). Check whether the address should start with http:// instead of https://.`,
      { cause },
    )
  }
  if (cause instanceof errors.HTTPParserError || NOT_HTTP.has(code)) {
    return new EndpointFailure(
      'endpoint-not-openai',
      `What answers at ${where} does not speak HTTP as a model server does. Check the port, and whether the address should start with https://.`,
      { cause },
    )
  }
  return new EndpointFailure(
    'endpoint-failed',
    `The connection to ${where} failed${code === '' ? '' : ` (${code})`}. Check that the server is running, then try again.`,
    { cause, retryable: true },
  )
}

function errorCode(error: unknown): string {
  for (let current = error, depth = 0; typeof current === 'object' && current !== null && depth < 4; depth += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code
    current = 'cause' in current ? current.cause : null
  }
  return ''
}
