import { addressOf, type EndpointConnection } from '../address.ts'
import { EndpointFailure } from './failure.ts'

interface Requested {
  url: string
  body?: unknown
  accept?: string
}

/**
 * The headers of one request. The key belongs to the origin it was saved for, so a URL of any other one is refused
 * (the origin of the URL Standard: scheme, host and port, after parsing). Throws `endpoint-key-refused` for a key that no header can carry.
 */
export function requestHeaders(connection: EndpointConnection, { url, body, accept }: Requested) {
  const headers: Record<string, string> = {
    accept: accept ?? 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'Alcove',
  }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const { origin, protocol } = new URL(url)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  // A blob: URL has the origin of the page that made it.
  if (!isWeb || origin !== addressOf(connection).origin) {
    throw new Error('a request to an endpoint must stay on its origin')
  }
  if (connection.key) headers.authorization = `Bearer ${checkKey(connection.key)}`
  return headers
}

function checkKey(key: string): string {
  // RFC 6750 token characters are a subset; anything beyond printable ASCII cannot be sent in a header.
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new EndpointFailure(
    'endpoint-key-refused',
    'The API key contains a space, a line break or a letter that no key has. Copy it again and save it in the endpoint.',
  )
}
