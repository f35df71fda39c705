import type { ConnectionPurpose, Model } from '../../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { EndpointFailure } from '../http/failure.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { asRecord } from '../http/server-text.ts'

const LIST_TIMEOUT_MS = 10_000
const MAX_ID_CHARS = 500
const MAX_WINDOW_TOKENS = 100_000_000

/** Listed beside chat models by several servers, and unable to chat. */
const NOT_FOR_CHAT = /embed|rerank|whisper|(?:^|[/_-])(?:tts|bge|e5)(?:[/_-]|$)/i

/** A model as a server lists it. `trainedTokens`: what it was trained for, where the list tells that. */
export interface ListedModel extends Model {
  trainedTokens: number | null
}

/**
 * The models that an endpoint offers, in its own order but with those that cannot chat last. `windowTokens` is the
 * loaded context where the list tells it. Throws `EndpointFailure`.
 */
export async function listModels(
  connection: EndpointConnection,
  signal: AbortSignal,
  timeoutMs = LIST_TIMEOUT_MS,
  purpose: ConnectionPurpose = 'models',
): Promise<Model[]> {
  const models = await listWithTraining(connection, signal, timeoutMs, purpose)
  return models.map(({ id, windowTokens }) => ({ id, windowTokens }))
}

/** The same, with what each model was trained for. Throws `EndpointFailure`. */
export async function listWithTraining(
  connection: EndpointConnection,
  signal: AbortSignal,
  timeoutMs: number,
  purpose: ConnectionPurpose,
): Promise<ListedModel[]> {
  const { apiBase, where } = addressOf(connection)
  const body = asRecord(await fetchJson({ connection, url: `${apiBase}/models`, timeoutMs, signal, purpose }))
  if (!Array.isArray(body?.data)) {
    throw new EndpointFailure(
      'endpoint-not-openai',
      `${where} answers, but not with a list of models. Check that the address is that of an OpenAI-compatible server; it usually ends in /v1.`,
    )
  }
  const models = new Map<string, ListedModel>()
  for (const item of body.data) {
    const record = asRecord(item)
    const id = record?.id
    if (record === null || typeof id !== 'string' || id === '' || id.length > MAX_ID_CHARS) continue
    if (models.has(id)) continue
    models.set(id, { id, windowTokens: windowInList(record), trainedTokens: trainedInList(record) })
  }
  const all = [...models.values()]
  return [...all.filter(canChat), ...all.filter((model) => !canChat(model))]
}

/** Whether a model can chat, as far as its name tells. */
export function canChat({ id }: Pick<Model, 'id'>): boolean {
  return !NOT_FOR_CHAT.test(id)
}

/** A context window in tokens, if the value can be one. llama.cpp's router says 0 for a model that is not loaded. */
export function asWindow(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_WINDOW_TOKENS ? value : null
}

/** llama.cpp `meta.n_ctx`, vLLM and SGLang `max_model_len`, LM Studio `loaded_context_length`, Docker `dmr.context_window`. */
function windowInList(record: Record<string, unknown>): number | null {
  return (
    asWindow(asRecord(record.meta)?.n_ctx) ??
    asWindow(record.max_model_len) ??
    asWindow(record.loaded_context_length) ??
    asWindow(asRecord(record.dmr)?.context_window)
  )
}

/** llama.cpp `meta.n_ctx_train`, LM Studio `max_context_length`. */
function trainedInList(record: Record<string, unknown>): number | null {
  return asWindow(asRecord(record.meta)?.n_ctx_train) ?? asWindow(record.max_context_length)
}
