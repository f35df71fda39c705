import { addressOf, type EndpointConnection } from '../address.ts'
import { withinTime } from '../http/fetch-json.ts'
import { discardBody, sendRequest } from '../http/request.ts'
import type { ChatLimits } from './chat-limits.ts'
import { type Retries, waitUnlessAborted } from './retry.ts'

const ASK_TIMEOUT_MS = 5_000

interface Waiting {
  endpoint: EndpointConnection
  signal: AbortSignal
}

/**
 * Waits while a server's `/health` says 503, so that a long prompt is not sent to it again and again. Returns at once where
 * there is no such route; the request itself tells then. Returns false when `signal` aborted, and throws `failure` when the
 * patience of `retries` has ended.
 */
export async function untilLoaded(
  { endpoint, signal }: Waiting,
  limits: ChatLimits,
  retries: Retries,
  failure: unknown,
): Promise<boolean> {
  while (await saysLoading(endpoint, signal)) {
    if (retries.waitMs(failure) === null) throw failure
    if (!(await waitUnlessAborted(limits.loadingPollMs, signal))) return false
  }
  return !signal.aborted
}

async function saysLoading(connection: EndpointConnection, signal: AbortSignal): Promise<boolean> {
  if (connection.kind === 'demo') return false
  const url = `${addressOf(connection).rootUrl}/health`
  try {
    return await withinTime({ connection, timeoutMs: ASK_TIMEOUT_MS, signal }, async (limited) => {
      const response = await sendRequest({ connection, method: 'GET', url, signal: limited, purpose: 'reply' })
      discardBody(response)
      return response.status === 503
    })
  } catch {
    // Whatever is wrong, the request itself will say so.
    return false
  }
}
