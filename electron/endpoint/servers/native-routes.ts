import type { ConnectionPurpose } from '../../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { asRecord } from '../http/server-text.ts'

type JsonObject = Record<string, unknown>

interface NativeRoute {
  path: (model: string) => string
  /** Sent with POST. */
  body?: (model: string) => JsonObject
}

/** What servers tell beyond the OpenAI routes, each in a way of its own. */
const ROUTES = {
  koboldVersion: { path: () => '/api/extra/version' },
  koboldWindow: { path: () => '/api/extra/true_max_context_length' },
  // A router of llama.cpp would otherwise load the model only to be asked about it.
  props: { path: (model) => `/props?model=${encodeURIComponent(model)}&autoload=false` },
  ollamaLoaded: { path: () => '/api/ps' },
  ollamaModel: { path: () => '/api/show', body: (model) => ({ model }) },
  lmStudio: { path: () => '/api/v1/models' },
  oldLmStudio: { path: () => '/api/v0/models' },
} satisfies Record<string, NativeRoute>

export type RouteName = keyof typeof ROUTES

/** What each route answered; null where that was no object of JSON. */
export type NativeAnswers = { [N in RouteName]?: JsonObject | null }

interface RouteQuery {
  connection: EndpointConnection
  signal: AbortSignal
  timeoutMs: number
  purpose: ConnectionPurpose
}

/** Asks several native routes at once. Never throws. */
export async function askNativeRoutes(
  query: RouteQuery,
  model: string,
  names: readonly RouteName[] = Object.keys(ROUTES) as RouteName[],
): Promise<NativeAnswers> {
  if (query.connection.kind === 'demo') return {}
  const answers = await Promise.all(
    names.map(async (name) => {
      const route: NativeRoute = ROUTES[name]
      return [name, await askRoute(query, route.path(model), route.body?.(model))] as const
    }),
  )
  return Object.fromEntries(answers)
}

/** Asks one path of a server, below its root, for an object of JSON; null where anything else comes of it. Never throws. */
export async function askRoute(query: RouteQuery, path: string, body?: JsonObject): Promise<JsonObject | null> {
  try {
    const url = addressOf(query.connection).rootUrl + path
    return asRecord(await fetchJson({ ...query, url, ...(body === undefined ? {} : { body }) }))
  } catch {
    return null
  }
}

/** The objects of the list that stands under `name`. */
export function listIn(body: JsonObject | null | undefined, name: string): JsonObject[] {
  const list = body?.[name]
  return Array.isArray(list) ? list.map(asRecord).filter((entry) => entry !== null) : []
}

/** The entry of LM Studio's list, 0.4 and later, that a name means: the model, or one loaded instance of it. */
export function lmStudioModel({ lmStudio }: NativeAnswers, model: string): JsonObject | undefined {
  return listIn(lmStudio, 'models').find(
    (entry) => entry.key === model || listIn(entry, 'loaded_instances').some(({ id }) => id === model),
  )
}

/** The same of LM Studio before 0.4. */
export function oldLmStudioModel({ oldLmStudio }: NativeAnswers, model: string): JsonObject | undefined {
  return listIn(oldLmStudio, 'data').find(({ id }) => id === model)
}

/** Whether it is KoboldCpp, which imitates the routes of others with numbers that mean nothing. */
export function isKobold({ koboldVersion }: NativeAnswers): boolean {
  return koboldVersion?.result === 'KoboldCpp'
}
