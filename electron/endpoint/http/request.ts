import type { Dispatcher } from 'undici'
import { AppError } from '../../../shared/errors.ts'
import type { ConnectionPurpose } from '../../../shared/record-types.ts'
import { addressOf, type EndpointAddress, type EndpointConnection } from '../address.ts'
import { proxyLogin, proxyPage } from './connect/open-tunnel.ts'
import { connectFailure } from './connect-failure.ts'
import { openExchange } from './dispatcher.ts'
import { EndpointFailure } from './failure.ts'
import { requestHeaders } from './request-headers.ts'

interface EndpointRequest {
  connection: EndpointConnection
  method: 'GET' | 'POST'
  url: string
  body?: unknown
  accept?: string
  signal: AbortSignal
  purpose: ConnectionPurpose
  /** The connection stands and the request has been written to it. */
  onSent?: () => void
}

export interface EndpointResponse {
  status: number
  contentType: string
  headers: Record<string, string>
  body: Dispatcher.ResponseData['body']
}

/**
 * Sends one request to an endpoint and answers when its headers are here; any status but a redirect is an answer.
 * Throws `EndpointFailure` for what keeps an answer from coming, and `signal.reason` when that aborts. The caller
 * reads the body or destroys it.
 */
export async function sendRequest(options: EndpointRequest): Promise<EndpointResponse> {
  const address = addressOf(options.connection)
  const headers = requestHeaders(options.connection, options)
  const { answer, exchange } = await send(options, headers, address)
  const response: EndpointResponse = {
    status: answer.statusCode,
    contentType: headerText(answer.headers['content-type']).toLowerCase(),
    headers: { 'retry-after': headerText(answer.headers['retry-after']) },
    body: answer.body,
  }
  const proxyUrl = exchange.isThroughProxy() ? (options.connection.proxyUrl ?? null) : null
  const problem = refuseAnswer(answer, address.where, proxyUrl)
  if (problem === null) return response
  exchange.end(problem)
  discardBody(response)
  throw problem
}

/** Lets go of a body that is not wanted; its connection is closed rather than drained. */
export function discardBody(response: EndpointResponse): void {
  response.body.on('error', () => undefined)
  response.body.destroy()
}

/** Reads a body as text, at most `maxBytes` of it; what follows is not read. Throws like `sendRequest`. */
export async function readText(response: EndpointResponse, maxBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const part of response.body as AsyncIterable<Buffer>) {
    parts.push(part)
    sizeBytes += part.length
    if (sizeBytes >= maxBytes) break
  }
  return new TextDecoder().decode(Buffer.concat(parts).subarray(0, maxBytes))
}

async function send(options: EndpointRequest, headers: Record<string, string>, address: EndpointAddress) {
  options.signal.throwIfAborted()
  const { pathname, search } = new URL(options.url)
  const exchange = openExchange({
    connection: options.connection,
    origin: address.origin,
    where: address.where,
    purpose: options.purpose,
    signal: options.signal,
    onSent: options.onSent,
  })
  try {
    const answer = await exchange.client.request({
      // The client knows one origin, the endpoint's; only the route comes from the URL.
      path: pathname + search,
      method: options.method,
      headers,
      signal: options.signal,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
    return { answer, exchange }
  } catch (error) {
    exchange.end(error)
    if (options.signal.aborted) throw options.signal.reason
    if (error instanceof AppError) throw error
    throw connectFailure(error, address.where, new URL(address.origin).protocol)
  }
}

/** What an answer says of itself that makes its body useless, whatever its status means. */
function refuseAnswer(answer: Dispatcher.ResponseData, where: string, proxyUrl: string | null): EndpointFailure | null {
  const { statusCode, headers } = answer
  if (proxyUrl !== null) {
    if (statusCode === 407) return proxyLogin(proxyUrl, statusCode)
    const isPage = headerText(headers['content-type']).toLowerCase().includes('text/html')
    if (isPage && statusCode < 400) return proxyPage(proxyUrl, statusCode)
  }
  if (statusCode >= 300 && statusCode < 400) return redirected(where, headerText(headers.location))
  const encodings = [...codings(headers['content-encoding']), ...codings(headers['transfer-encoding'])]
  const packed = encodings.find((coding) => coding !== 'identity' && coding !== 'chunked')
  return packed === undefined ? null : compressed(where, packed)
}

/** Every coding named by a header, also by a header that stands there twice. */
function codings(value: string | string[] | undefined): string[] {
  return [value ?? []]
    .flat()
    .flatMap((line) => line.toLowerCase().split(','))
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '')
}

function redirected(where: string, location: string): EndpointFailure {
  let target = 'another address'
  if (URL.canParse(location, 'http://relative.invalid')) {
    const host = new URL(location, 'http://relative.invalid').host
    if (host !== 'relative.invalid') target = host
  }
  return new EndpointFailure(
    'endpoint-redirected',
    `${where} sends requests on to ${target}. Alcove does not follow, so that nothing goes where you did not choose. If you trust it, enter that address instead.`,
  )
}

function compressed(where: string, encoding: string): EndpointFailure {
  return new EndpointFailure(
    'endpoint-failed',
    `${where} answered in a compressed form (${encoding.slice(0, 20)}) that was not asked for. Switch compression off in the server or the proxy in front of it.`,
  )
}

function headerText(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? ''
}
