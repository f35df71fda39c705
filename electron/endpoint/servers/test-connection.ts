import { AppError, toWireError } from '../../../shared/errors.ts'
import type { EndpointTest, Model } from '../../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { EndpointFailure } from '../http/failure.ts'
import { withinTime } from '../http/fetch-json.ts'
import { discardBody, sendRequest } from '../http/request.ts'
import { statusFailure } from '../http/status-failure.ts'
import { listModels } from './list-models.ts'
import { recogniseServer } from './recognise-server.ts'

const TEST_TIMEOUT_MS = 10_000
const FINGERPRINT_TIMEOUT_MS = 2_000

interface ConnectionTest {
  endpoint: EndpointConnection
  signal: AbortSignal
  timeoutMs?: number
}

/**
 * Tries an endpoint the way a reply would use it, without making a model write anything, and explains in a sentence
 * what is wrong. Does not throw for anything that an endpoint or an address can do.
 */
export async function testEndpoint({
  endpoint,
  signal,
  timeoutMs = TEST_TIMEOUT_MS,
}: ConnectionTest): Promise<EndpointTest> {
  const startedAt = performance.now()
  let models: Model[] = []
  let server: string | null = null
  let failure: AppError | null = null
  try {
    models = await findModels(endpoint, signal, timeoutMs)
    server = (await recogniseServer(endpoint, signal, FINGERPRINT_TIMEOUT_MS, 'test')) ?? 'OpenAI-compatible'
    await checkKey(endpoint, signal, timeoutMs)
    failure = models.length === 0 ? noModel(endpoint) : null
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    failure = error
  }
  const elapsedMs = Math.round(performance.now() - startedAt)
  return { ok: failure === null, server, models, error: failure === null ? null : toWireError(failure), elapsedMs }
}

/** Lists the models; when the path is wrong, looks where it usually is, to be able to say so. */
async function findModels(endpoint: EndpointConnection, signal: AbortSignal, timeoutMs: number): Promise<Model[]> {
  try {
    return await listModels(endpoint, signal, timeoutMs, 'test')
  } catch (error) {
    const isWrongPath =
      error instanceof AppError && (error.code === 'endpoint-not-found' || error.code === 'endpoint-not-openai')
    const { origin, apiBase, where } = addressOf(endpoint)
    const usual = `${origin}/v1`
    if (!isWrongPath || apiBase === usual || !(await answersAt(endpoint, usual, signal, timeoutMs))) throw error
    throw new EndpointFailure(
      'endpoint-not-found',
      `A model server answers at ${where}, but under another path. Change the address to ${usual}.`,
      { cause: error },
    )
  }
}

async function answersAt(
  endpoint: EndpointConnection,
  baseUrl: string,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<boolean> {
  try {
    await listModels({ ...endpoint, baseUrl }, signal, timeoutMs, 'test')
    return true
  } catch {
    return false
  }
}

/**
 * Several servers tell their models to anyone and ask for the key only when it comes to a reply. A request without
 * messages gets past the key check and no further, so nothing is loaded and nothing generated.
 */
async function checkKey(connection: EndpointConnection, signal: AbortSignal, timeoutMs: number): Promise<void> {
  await withinTime({ connection, timeoutMs, signal }, async (limited) => {
    const url = `${addressOf(connection).apiBase}/chat/completions`
    const response = await sendRequest({ connection, method: 'POST', url, body: {}, signal: limited, purpose: 'test' })
    if (response.status === 401 || response.status === 403) throw await statusFailure(response, connection, null)
    discardBody(response)
  })
}

function noModel(endpoint: EndpointConnection): EndpointFailure {
  const { where } = addressOf(endpoint)
  return new EndpointFailure(
    'endpoint-model-missing',
    `${where} answers, but offers no model. Download or load one in the server, then test again.`,
    { retryable: true },
  )
}
