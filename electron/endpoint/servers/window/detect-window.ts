import type { ConnectionPurpose } from '../../../../shared/record-types.ts'
import type { EndpointConnection } from '../../address.ts'
import { asRecord } from '../../http/server-text.ts'
import { asWindow, type ListedModel, listWithTraining } from '../list-models.ts'
import {
  askNativeRoutes,
  isKobold,
  listIn,
  lmStudioModel,
  type NativeAnswers,
  oldLmStudioModel,
  type RouteName,
} from '../native-routes.ts'

/** For each route that is asked. */
export const ROUTE_TIMEOUT_MS = 2_000

/** Those that tell a window. */
export const WINDOW_ROUTES: readonly RouteName[] = [
  'koboldVersion',
  'koboldWindow',
  'props',
  'ollamaLoaded',
  'lmStudio',
  'oldLmStudio',
]

/** Tokens; null where the server does not tell. */
export interface ModelWindows {
  /** What is really loaded, which is often less than what the model was trained for. */
  loaded: number | null
  trained: number | null
}

/**
 * The context window, in tokens, that the server has really loaded for `model`; null when it does not tell, or has not
 * loaded the model yet. Asks the native routes of the servers that have one, two seconds each, and only where the list
 * of models does not tell. Never throws: a window that is not known is a guess for the caller to make.
 */
export async function detectWindow(
  connection: EndpointConnection,
  model: string,
  signal: AbortSignal,
): Promise<number | null> {
  const query = { connection, signal, timeoutMs: ROUTE_TIMEOUT_MS, purpose: 'capabilities' } as const
  const list = await listOrNull(connection, signal, query.purpose)
  const entry = entryFor(list, model)
  if (entry?.windowTokens) return entry.windowTokens
  if (list === null) return null
  return windowsIn(await askNativeRoutes(query, model, WINDOW_ROUTES), entry, model).loaded
}

/** The server's list; null where it has none to show. */
export async function listOrNull(
  connection: EndpointConnection,
  signal: AbortSignal,
  purpose: ConnectionPurpose,
): Promise<ListedModel[] | null> {
  try {
    return await listWithTraining(connection, signal, ROUTE_TIMEOUT_MS, purpose)
  } catch {
    return null
  }
}

/** The model in a list. A server with one model answers with it, whatever name is asked for. */
export function entryFor(list: readonly ListedModel[] | null, model: string): ListedModel | undefined {
  return list?.find(({ id }) => id === model) ?? (list?.length === 1 ? list[0] : undefined)
}

/** Both windows of a model, out of what the server has answered. */
export function windowsIn(answers: NativeAnswers, entry: ListedModel | undefined, model: string): ModelWindows {
  const told = { loaded: entry?.windowTokens ?? null, trained: entry?.trainedTokens ?? null }
  if (isKobold(answers)) return { ...told, loaded: asWindow(answers.koboldWindow?.value) }
  const loaded = told.loaded ?? inProps(answers) ?? inOllama(answers, model) ?? inLmStudio(answers, model)
  return { loaded, trained: told.trained ?? trainedIn(answers, model) }
}

/** llama.cpp: the context of one slot. Builds of 2024 and before have it among the parameters. */
function inProps({ props }: NativeAnswers): number | null {
  const settings = asRecord(props?.default_generation_settings)
  return asWindow(settings?.n_ctx) ?? asWindow(asRecord(settings?.params)?.n_ctx)
}

function inOllama({ ollamaLoaded }: NativeAnswers, model: string): number | null {
  const wanted = model.includes(':') ? model : `${model}:latest`
  const loaded = listIn(ollamaLoaded, 'models').find((entry) => entry.name === wanted || entry.model === wanted)
  return asWindow(loaded?.context_length)
}

function inLmStudio(answers: NativeAnswers, model: string): number | null {
  const instances = listIn(lmStudioModel(answers, model), 'loaded_instances')
  const instance = instances.find(({ id }) => id === model) ?? instances[0]
  const old = oldLmStudioModel(answers, model)
  return (
    asWindow(asRecord(instance?.config)?.context_length) ??
    (old?.state === 'loaded' ? asWindow(old.loaded_context_length) : null)
  )
}

function trainedIn(answers: NativeAnswers, model: string): number | null {
  const info = asRecord(answers.ollamaModel?.model_info)
  const architecture = info?.['general.architecture']
  return (
    (typeof architecture === 'string' ? asWindow(info?.[`${architecture}.context_length`]) : null) ??
    asWindow(lmStudioModel(answers, model)?.max_context_length) ??
    asWindow(oldLmStudioModel(answers, model)?.max_context_length)
  )
}
