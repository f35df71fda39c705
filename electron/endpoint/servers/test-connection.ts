import { AppError, toWireError } from '../../../shared/errors.ts'
import type { EndpointTest, Model } from '../../../shared/record-types.ts'
import { ASSUMED_WINDOW_TOKENS } from '../../memory/build-prompt.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { EndpointFailure } from '../http/failure.ts'
import { withinTime } from '../http/fetch-json.ts'
import { discardBody, sendRequest } from '../http/request.ts'
import { statusFailure } from '../http/status-failure.ts'
import { canChat, listModels } from './list-models.ts'
import { askNativeRoutes } from './native-routes.ts'
import { recogniseServer } from './recognise-server.ts'
import { entryFor, listOrNull, windowsIn } from './window/detect-window.ts'
import { windowAdvice } from './window/raise-window.ts'

const TEST_TIMEOUT_MS = 10_000
const FINGERPRINT_TIMEOUT_MS = 2_000

/** The last one is Docker's. */
const USUAL_PATHS = ['/v1', '/engines/v1']

interface ConnectionTest {
  endpoint: EndpointConnection
  signal: AbortSignal
  /** The model that would answer; the first of the list unless told otherwise. */
  model?: string | null
  /** Tokens that the settings need, see `neededWindow`. */
  neededTokens: number
  timeoutMs?: number
}

/**
 * Tries an endpoint the way a reply would use it, without making a model write anything, and explains in a sentence
 * what is wrong. Does not throw for anything that an endpoint or an address can do.
 */
export async function testEndpoint(test: ConnectionTest): Promise<EndpointTest> {
  const { endpoint, signal, timeoutMs = TEST_TIMEOUT_MS } = test
  const startedAt = performance.now()
  let models: Model[] = []
  let server: string | null = null
  let window: EndpointTest['window'] = null
  let failure: AppError | null = null
  try {
    models = await findModels(endpoint, signal, timeoutMs)
    server = (await recogniseServer(endpoint, signal, FINGERPRINT_TIMEOUT_MS, 'test')) ?? 'OpenAI-compatible'
    await checkKey(endpoint, signal, timeoutMs)
    failure = models.some(canChat) ? modelGone(test, server, models) : noModel(endpoint, models)
    if (failure === null) window = await testWindow(test, server, models)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    failure = error
  }
  return {
    ok: failure === null,
    server,
    models,
    error: failure === null ? null : toWireError(failure),
    elapsedMs: Math.round(performance.now() - startedAt),
    window,
    certificate: failure instanceof EndpointFailure ? failure.certificate : null,
  }
}

/** The window of the model that would answer; one that the server does not tell is assumed. */
async function testWindow(test: ConnectionTest, server: string, models: Model[]): Promise<EndpointTest['window']> {
  const { endpoint: connection, signal, neededTokens } = test
  const model = test.model ?? models[0]?.id
  if (model === undefined) return null
  const query = { connection, signal, timeoutMs: FINGERPRINT_TIMEOUT_MS, purpose: 'test' } as const
  const [list, answers] = await Promise.all([listOrNull(connection, signal, 'test'), askNativeRoutes(query, model)])
  const { loaded, trained } = windowsIn(answers, entryFor(list, model), model)
  return {
    model,
    tokens: loaded ?? ASSUMED_WINDOW_TOKENS,
    source: loaded === null ? 'assumed' : 'server',
    trainedTokens: trained,
    neededTokens,
    advice: windowAdvice({ server, model, loadedTokens: loaded, trainedTokens: trained, neededTokens }),
  }
}

/** Lists the models; when the path is wrong, looks where it usually is, to be able to say so. */
async function findModels(endpoint: EndpointConnection, signal: AbortSignal, timeoutMs: number): Promise<Model[]> {
  try {
    return await listModels(endpoint, signal, timeoutMs, 'test')
  } catch (error) {
    const isWrongPath =
      error instanceof AppError && (error.code === 'endpoint-not-found' || error.code === 'endpoint-not-openai')
    const { origin, apiBase, where } = addressOf(endpoint)
    if (!isWrongPath) throw error
    for (const path of USUAL_PATHS) {
      const usual = origin + path
      if (apiBase === usual || !(await answersAt(endpoint, usual, signal, timeoutMs))) continue
      throw new EndpointFailure(
        'endpoint-not-found',
        `A model server answers at ${where}, but under another path. Change the address to ${usual}.`,
        { cause: error },
      )
    }
    throw error
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

/** Servers with one model answer with it, whatever is asked for; these do not. */
const BY_NAME = new Set(['Ollama', 'LM Studio'])

/** The model that is to answer is not among those of the server. Names that resemble each other pass: tags, paths, aliases. */
function modelGone(
  { endpoint, model }: ConnectionTest,
  server: string,
  models: readonly Model[],
): EndpointFailure | null {
  const wanted = model?.toLowerCase() ?? ''
  const isThere = models.some(({ id }) => id.toLowerCase().includes(wanted) || wanted.includes(id.toLowerCase()))
  if (isThere || (models.length === 1 && !BY_NAME.has(server))) return null
  const { where } = addressOf(endpoint)
  return new EndpointFailure(
    'endpoint-model-missing',
    `${where} answers, but no longer offers the model "${model}". Choose another model for this endpoint, or load that one in the server.`,
    { retryable: true },
  )
}

function noModel(endpoint: EndpointConnection, models: readonly Model[]): EndpointFailure {
  const { where } = addressOf(endpoint)
  const what = models.length === 0 ? 'offers no model' : 'offers only models that cannot chat, such as for embeddings'
  return new EndpointFailure(
    'endpoint-model-missing',
    `${where} answers, but ${what}. Download or load one in the server, then test again.`,
    { retryable: true },
  )
}
