import { addressOf, type EndpointConnection } from '../address.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { asRecord } from '../http/server-text.ts'
import { asWindow, listModels } from './list-models.ts'

const ROUTE_TIMEOUT_MS = 2_000

interface WindowRoute {
  path: (model: string) => string
  read: (body: unknown, model: string) => number | null
}

/** Where servers tell the window that is really loaded, which is often less than what the model was trained for. */
const ROUTES: readonly WindowRoute[] = [
  {
    // KoboldCpp
    path: () => '/api/extra/true_max_context_length',
    read: (body) => asWindow(asRecord(body)?.value),
  },
  {
    // llama.cpp; a router would otherwise load the model only to be asked about it
    path: (model) => `/props?model=${encodeURIComponent(model)}&autoload=false`,
    read: (body) => {
      const settings = asRecord(asRecord(body)?.default_generation_settings)
      return asWindow(settings?.n_ctx) ?? asWindow(asRecord(settings?.params)?.n_ctx)
    },
  },
  { path: () => '/api/ps', read: readOllama },
  { path: () => '/api/v1/models', read: readLmStudio },
  { path: () => '/api/v0/models', read: readOldLmStudio },
]

/**
 * The context window, in tokens, that the server has really loaded for `model`; null when it does not tell. Asks the
 * native routes of the servers that have one, two seconds each. Never throws: a window that is not known is a guess
 * for the caller to make.
 */
export async function detectWindow(
  connection: EndpointConnection,
  model: string,
  signal: AbortSignal,
): Promise<number | null> {
  const listed = await orNull(listModels(connection, signal, ROUTE_TIMEOUT_MS, 'capabilities'))
  const exact = listed?.find(({ id }) => id === model)
  // A server with one model answers with it, whatever name is asked for.
  const windowTokens = exact?.windowTokens ?? (listed?.length === 1 ? listed[0]?.windowTokens : null)
  if (typeof windowTokens === 'number') return windowTokens
  if (connection.kind === 'demo' || listed === null) return null
  const { rootUrl } = addressOf(connection)
  const windows = await Promise.all(
    ROUTES.map(async ({ path, read }) => {
      const url = rootUrl + path(model)
      const query = { connection, url, timeoutMs: ROUTE_TIMEOUT_MS, signal, purpose: 'capabilities' } as const
      return read(await orNull(fetchJson(query)), model)
    }),
  )
  return windows.find((found) => found !== null) ?? null
}

function readOllama(body: unknown, model: string): number | null {
  const wanted = model.includes(':') ? model : `${model}:latest`
  const loaded = listIn(body, 'models').find((entry) => entry.name === wanted || entry.model === wanted)
  return asWindow(loaded?.context_length)
}

function readLmStudio(body: unknown, model: string): number | null {
  for (const entry of listIn(body, 'models')) {
    const instances = listIn(entry, 'loaded_instances')
    const instance = instances.find(({ id }) => id === model) ?? (entry.key === model ? instances[0] : undefined)
    const windowTokens = asWindow(asRecord(instance?.config)?.context_length)
    if (windowTokens !== null) return windowTokens
  }
  return null
}

function readOldLmStudio(body: unknown, model: string): number | null {
  const entry = listIn(body, 'data').find(({ id }) => id === model)
  return entry?.state === 'loaded' ? asWindow(entry.loaded_context_length) : null
}

function listIn(body: unknown, name: string): Record<string, unknown>[] {
  const list = asRecord(body)?.[name]
  return Array.isArray(list) ? list.map(asRecord).filter((entry) => entry !== null) : []
}

async function orNull<Value>(answer: Promise<Value>): Promise<Value | null> {
  try {
    return await answer
  } catch {
    return null
  }
}
