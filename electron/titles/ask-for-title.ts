import { capabilityOf, knownCapabilities, learn } from '../endpoint/capabilities.ts'
import { streamChat } from '../endpoint/chat.ts'
import { EndpointFailure } from '../endpoint/http/failure.ts'
import { toAccess } from '../endpoint/saved-endpoints.ts'
import { chosenFields } from '../endpoint/wire/request-body.ts'
import type { EndpointRecord } from '../history/endpoints.ts'
import type { History } from '../history/history.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { titleFromAnswer } from './title-from-answer.ts'
import type { TitleRequest } from './title-request.ts'

interface Ask {
  history: History
  keys: KeyStore
  endpoint: EndpointRecord
  model: string
  request: TitleRequest
  signal: AbortSignal
}

/** More than this, thoughts included, and the server has not understood how short the answer was to be. */
const MOST_CHARS = 8_000

/** Nobody waits for a title, so that nobody is asked twice for it, nor made to load a model. */
const NO_RETRIES = { backoffMs: [], loadingMs: 0 }

/**
 * What a model names the conversation; null when its answer is of no use; undefined when `signal` aborted. Throws what
 * `streamChat` throws, and `keyring-*`.
 */
export async function askForTitle(ask: Ask): Promise<string | null | undefined> {
  try {
    return await readTitle(ask, ask.request)
  } catch (error) {
    if (!(error instanceof EndpointFailure)) throw error
    if (error.code === 'reply-empty') return null
    if (error.code !== 'endpoint-refused') throw error
    // A value that it does not know, such as an effort of "none"; the field itself it may well take.
    const { reasoningEffort: _effort, ...sampling } = ask.request.sampling
    return readTitle(ask, { ...ask.request, sampling, extraFields: {} })
  }
}

async function readTitle(ask: Ask, request: TitleRequest): Promise<string | null | undefined> {
  const { history, keys, endpoint, model, signal } = ask
  const capabilities = await knownCapabilities(history, endpoint.id, model)
  const refusedFields = capabilityOf(capabilities, 'refused-fields') ?? []
  const events = streamChat({
    endpoint: await toAccess(history, endpoint, keys),
    model,
    messages: request.messages,
    sampling: request.sampling,
    extraFields: request.extraFields,
    estimatedPromptTokens: request.estimatedTokens,
    purpose: 'title',
    refusedFields,
    systemMessage: capabilityOf(capabilities, 'system-message'),
    knownPrefillSpeed: capabilityOf(capabilities, 'prefill-speed'),
    limits: NO_RETRIES,
    signal,
  })
  let text = ''
  let chars = 0
  const refused: string[] = []
  for await (const event of events) {
    if (event.type === 'field-refused') refused.push(event.field)
    if (event.type === 'text-delta') text += event.text
    if (event.type === 'text-delta' || event.type === 'reasoning-delta') chars += event.text.length
    if (chars > MOST_CHARS) return null
    if (event.type !== 'end') continue
    // A person's own choice of effort must not be left out because a title's was.
    const fields = refused.filter((field) => !chosenFields.has(field))
    if (fields.length > 0) {
      const value = [...new Set([...refusedFields, ...fields])].sort()
      await learn(history, endpoint.id, model, 'learned', [{ name: 'refused-fields', value }])
    }
    return event.finishReason === 'length' ? null : titleFromAnswer(text)
  }
  return undefined
}
