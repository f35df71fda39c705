import { knownServers } from '../../../shared/known-servers.ts'
import type { Model } from '../../../shared/record-types.ts'
import type { EndpointConnection } from '../address.ts'
import { EndpointFailure } from '../http/failure.ts'
import { asRecord, parseJson } from '../http/server-text.ts'
import { listModels } from './list-models.ts'
import { askNativeRoutes } from './native-routes.ts'
import { recogniseServer } from './recognise-server.ts'
import { WINDOW_ROUTES, windowsIn } from './window/detect-window.ts'

const PORT_TIMEOUT_MS = 500

export interface FoundServer {
  server: string
  baseUrl: string
  models: Model[]
}

interface LocalSearch {
  signal: AbortSignal
  /** Where to look on 127.0.0.1; the well-known ports unless told otherwise. */
  places?: readonly { port: number; path: string }[]
  /** For all questions to one port together. */
  timeoutMs?: number
}

/**
 * Looks for model servers on this computer: well-known ports of 127.0.0.1, all at once, half a second each, and each
 * port once. Nothing else is ever contacted, and nothing at all unless this is called. A server that is found may still
 * be loading or want a key; then its list of models is empty.
 */
export async function searchLocal({
  signal,
  places = knownServers,
  timeoutMs = PORT_TIMEOUT_MS,
}: LocalSearch): Promise<FoundServer[]> {
  const urls = new Set(places.map(({ port, path }) => `http://127.0.0.1:${port}${path}`))
  const found = await Promise.all([...urls].map((baseUrl) => lookAt(baseUrl, signal, timeoutMs)))
  return found.filter((server) => server !== null)
}

async function lookAt(baseUrl: string, signal: AbortSignal, timeoutMs: number): Promise<FoundServer | null> {
  const connection: EndpointConnection = { kind: 'http', baseUrl, key: null, thisMachineOnly: true }
  const [models, server] = await Promise.all([
    listWithWindow(connection, signal, timeoutMs),
    recogniseServer(connection, signal, timeoutMs, 'search'),
  ])
  if (models === null && server === null) return null
  return { server: server ?? 'OpenAI-compatible', baseUrl, models: models ?? [] }
}

/** The models, the first one with its window where that is told elsewhere than in the list; all in the same half second. */
async function listWithWindow(
  connection: EndpointConnection,
  signal: AbortSignal,
  totalMs: number,
): Promise<Model[] | null> {
  const startedAt = performance.now()
  const models = await listModels(connection, signal, totalMs, 'search').catch(modelsBehind)
  const [first, ...others] = models ?? []
  const timeoutMs = Math.floor(totalMs - (performance.now() - startedAt))
  if (first === undefined || first.windowTokens !== null || timeoutMs <= 0) return models
  const query = { connection, signal, timeoutMs, purpose: 'search' } as const
  const answers = await askNativeRoutes(query, first.id, WINDOW_ROUTES)
  return [{ ...first, windowTokens: windowsIn(answers, undefined, first.id).loaded }, ...others]
}

/** None yet, where it is a model server that refuses: it wants a key, or is loading. Null where it could be anything. */
function modelsBehind(error: unknown): Model[] | null {
  const mayBeOne =
    error instanceof EndpointFailure && (error.code === 'endpoint-key-refused' || error.code === 'endpoint-loading')
  // Routers and the receiver of AirPlay refuse as well, but not with an error in JSON.
  return mayBeOne && asRecord(parseJson(error.serverBody))?.error !== undefined ? [] : null
}
