import { type Dispatcher, request } from 'undici'
import { AppError } from '../../../shared/errors.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { connectFailure } from './connect-failure.ts'
import { dispatcherFor } from './dispatcher.ts'
import { EndpointFailure } from './failure.ts'

interface EndpointRequest {
  connection: EndpointConnection
  method: 'GET' | 'POST'
  url: string
  body?: unknown
  accept?: string
  signal: AbortSignal
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
  const { where, origin } = addressOf(options.connection)
  const headers: Record<string, string> = {
    accept: options.accept ?? 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'Alcove',
  }
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  // The key belongs to the origin it was saved for; a URL built elsewhere must not carry it away.
  if (new URL(options.url).origin !== origin) throw new Error('a request to an endpoint must stay on its origin')
  if (options.connection.key) headers.authorization = `Bearer ${checkKey(options.connection.key)}`
  const answer = await send(options, headers, where)
  const contentType = headerText(answer.headers['content-type']).toLowerCase()
  const response: EndpointResponse = {
    status: answer.statusCode,
    contentType,
    headers: { 'retry-after': headerText(answer.headers['retry-after']) },
    body: answer.body,
  }
  const encoding = headerText(answer.headers['content-encoding']).toLowerCase().trim()
  const problem =
    answer.statusCode >= 300 && answer.statusCode < 400
      ? redirected(where, headerText(answer.headers.location))
      : encoding !== '' && encoding !== 'identity'
        ? compressed(where, encoding)
        : null
  if (problem === null) return response
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

async function send(options: EndpointRequest, headers: Record<string, string>, where: string) {
  try {
    const dispatcher = dispatcherFor(options.connection.kind).compose(tellWhenSent(options.onSent))
    return await request(options.url, {
      method: options.method,
      headers,
      dispatcher,
      signal: options.signal,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
  } catch (error) {
    if (options.signal.aborted || error instanceof AppError) throw error
    throw connectFailure(error, where)
  }
}

/** undici starts a request once a connection stands; its promise tells only of the headers, minutes later. */
function tellWhenSent(onSent: (() => void) | undefined): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) => {
    if (onSent === undefined) return dispatch(options, handler)
    return dispatch(options, {
      onRequestStart(controller, context) {
        onSent()
        handler.onRequestStart?.(controller, context)
      },
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    })
  }
}

function checkKey(key: string): string {
  // RFC 6750 token characters are a subset; anything beyond printable ASCII cannot be sent in a header.
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new EndpointFailure(
    'endpoint-key-refused',
    'The API key contains a space, a line break or a letter that no key has. Copy it again and save it in the endpoint.',
  )
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
