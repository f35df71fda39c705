import { AppError } from '../../shared/errors.ts'
import type { Waits } from '../../shared/record-types.ts'

/** How to reach one endpoint. `key` goes to the origin of `baseUrl` and nowhere else. */
export interface EndpointConnection {
  kind: 'http' | 'demo'
  baseUrl: string
  key: string | null
  /** What the person calls it; null or absent while it is not saved. */
  name?: string | null
  /** False asks for each reply as a whole. */
  streaming?: boolean
  waits?: Waits
  /** SHA-256 of the one certificate that is accepted without an authority, in hexadecimal. */
  certificate?: string | null
  /** Refuse whatever resolves to another computer. */
  thisMachineOnly?: boolean
  /** HTTP proxy for hosts elsewhere. */
  proxyUrl?: string | null
}

/** One server: `apiBase` is where `/chat/completions` is appended, `rootUrl` where its native routes live. No trailing slashes. */
export interface EndpointAddress {
  origin: string
  apiBase: string
  rootUrl: string
  /** `host:port`, the way sentences name the server. */
  where: string
}

/** Never resolved: the demo is reached over an in-process pair of streams. `.invalid` is reserved by RFC 2606. */
const DEMO_ADDRESS: EndpointAddress = {
  origin: 'http://demo.invalid',
  apiBase: 'http://demo.invalid/v1',
  rootUrl: 'http://demo.invalid',
  where: 'the demo endpoint',
}

/** What people paste from documentation and from other programs, after the part that is the base. */
const ROUTE_SUFFIX = /\/+(?:chat\/completions|completions|models|embeddings)$/i

/**
 * Reads an address the way people write it: `host:port`, `http://host:port`, with `/v1`, `/v1/` or a full
 * `…/v1/chat/completions`. Without a path, `/v1` is meant. Feeding `apiBase` back gives the same address.
 * Throws `endpoint-address-invalid`.
 */
export function normaliseBaseUrl(text: string): EndpointAddress {
  const url = parseAddress(text.trim())
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid(`The address starts with "${url.protocol}//", which no model server uses. Use http:// or https://.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      'The address contains a user name or password. Remove the part before "@" and put the key into the key field.',
    )
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalid('The address contains "?" or "#". Give only the part up to /v1, such as http://localhost:8080/v1.')
  }
  // Servers print 0.0.0.0 when they listen everywhere; as a destination it means this computer, and not on every system.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  let path = url.pathname.replace(/\/+$/, '')
  while (ROUTE_SUFFIX.test(path)) path = path.replace(ROUTE_SUFFIX, '').replace(/\/+$/, '')
  if (path === '') path = '/v1'
  const apiBase = url.origin + path
  return { origin: url.origin, apiBase, rootUrl: apiBase.replace(/\/+v1$/i, ''), where: url.host }
}

/** The address of a connection, the demo's included. Throws `endpoint-address-invalid`. */
export function addressOf(connection: EndpointConnection): EndpointAddress {
  return connection.kind === 'demo' ? DEMO_ADDRESS : normaliseBaseUrl(connection.baseUrl)
}

function parseAddress(text: string): URL {
  if (text === '') throw invalid('The address is empty. Give the address of a model server, such as localhost:8080.')
  // The URL parser would silently drop tabs and line breaks, and so connect to something other than what is shown.
  if (/[\s\p{Cc}\\]/u.test(text)) {
    throw invalid('The address contains a space or an invisible character. Remove it and try again.')
  }
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text)
  if (!hasScheme && !/^(?:\[[\da-f:.]+\]|[^/:?#@]+):\d+(?:\/|$)/i.test(text)) throw invalid(notAnAddress(text))
  try {
    return new URL(hasScheme ? text : `http://${text}`)
  } catch {
    throw invalid(notAnAddress(text))
  }
}

function notAnAddress(text: string): string {
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  // A mistyped address can still hold a password; it must not be repeated in a message that is shown and kept.
  if (shown.includes('@')) {
    return 'The address contains "@". Remove the part before it, put the key into the key field, and start with http://.'
  }
  return `"${shown}" is not an address. Give host and port, such as http://localhost:8080.`
}

function invalid(message: string): AppError {
  return new AppError('endpoint-address-invalid', message)
}
