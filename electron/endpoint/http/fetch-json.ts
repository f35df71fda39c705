import { AppError } from '../../../shared/errors.ts'
import type { ConnectionPurpose } from '../../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { connectFailure } from './connect-failure.ts'
import { EndpointFailure } from './failure.ts'
import { htmlFailure, looksLikeHtml } from './refusals/web-page.ts'
import { type EndpointResponse, readText, sendRequest } from './request.ts'
import { parseJson } from './server-text.ts'
import { statusFailure } from './status-failure.ts'

/** A list of models or a page of settings is far smaller; more is not read. */
const MAX_BODY_BYTES = 1024 * 1024

interface JsonQuery {
  connection: EndpointConnection
  url: string
  /** For the whole answer. */
  timeoutMs: number
  signal: AbortSignal
  /** Sent as JSON with POST; without it the route is asked with GET. */
  body?: unknown
  purpose: ConnectionPurpose
}

/**
 * Asks one route of an endpoint for JSON, at most 1 MB of it. Undefined when the answer is not JSON. Throws
 * `EndpointFailure` for any status but 2xx, for a web page, and `endpoint-timeout`; `signal.reason` when that aborts for another reason than time.
 */
export async function fetchJson({ timeoutMs, signal, ...request }: JsonQuery): Promise<unknown> {
  const { connection, body } = request
  return withinTime({ connection, timeoutMs, signal }, async (limited) => {
    const method = body === undefined ? 'GET' : 'POST'
    const response = await sendRequest({ ...request, method, signal: limited })
    await checkStatus(response, connection)
    const text = await readText(response, MAX_BODY_BYTES)
    if (looksLikeHtml(text, response.contentType)) throw htmlFailure(connection, text)
    return parseJson(text)
  })
}

/** Runs one exchange with an endpoint and ends it with `endpoint-timeout` after `timeoutMs`, or when `signal` times out. */
export async function withinTime<Value>(
  { connection, timeoutMs, signal }: Pick<JsonQuery, 'connection' | 'timeoutMs' | 'signal'>,
  run: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const { where, origin } = addressOf(connection)
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    return await run(AbortSignal.any([signal, deadline]))
  } catch (error) {
    if (error instanceof AppError) throw error
    const isLate = deadline.aborted || (signal.aborted && isTimeout(signal.reason))
    if (signal.aborted && !isLate) throw error
    if (!isLate) throw connectFailure(error, where, new URL(origin).protocol)
    throw new EndpointFailure(
      'endpoint-timeout',
      `${where} took the connection but did not answer in time. It may be busy with another reply, or starting. Wait a little, then try again.`,
      { retryable: true, cause: error },
    )
  }
}

/** What `AbortSignal.timeout` gives as its reason: the caller's own patience ended. */
function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError'
}

async function checkStatus(response: EndpointResponse, connection: EndpointConnection): Promise<void> {
  if (response.status >= 200 && response.status < 300) return
  throw await statusFailure(response, connection, null)
}
