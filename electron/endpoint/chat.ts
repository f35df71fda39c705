import type { ConnectionPurpose, Sampling } from '../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from './address.ts'
import { EndpointFailure } from './http/failure.ts'
import { attemptReply } from './stream/attempt-reply.ts'
import { type ChatEvent, isBegin, phaseEvent } from './stream/chat-event.ts'
import { type ChatLimits, limitsOf } from './stream/chat-limits.ts'
import { startRetries, waitUnlessAborted } from './stream/retry.ts'
import { untilLoaded } from './stream/until-loaded.ts'
import type { ChatMessage, WireMessage } from './wire/chat-message.ts'
import { type RequestBody, refusedField, refusesSystemRole, requestBody } from './wire/request-body.ts'

export interface ChatRequest {
  endpoint: EndpointConnection
  model: string
  /** At most one system message, and that one first: many templates refuse anything else. */
  messages: readonly ChatMessage[]
  sampling: Sampling
  signal: AbortSignal
  /** Tokens that the server has to read before it can answer; sets how long its silence is accepted. */
  estimatedPromptTokens: number
  /** For the list of connections; a reply unless told otherwise. */
  purpose?: ConnectionPurpose | undefined
  /** Names on the wire of fields that this model is known to refuse. */
  refusedFields?: readonly string[] | undefined
  /** False where the model's template is known to have no system role. */
  systemMessage?: boolean | undefined
  /** Tokens per second at which this model is known to read prompts. */
  knownPrefillSpeed?: number | undefined
  responseFormat?: object | undefined
  /** Further fields that the reply can do without, by their names on the wire. */
  extraFields?: Record<string, unknown> | undefined
  limits?: Partial<ChatLimits>
}

/** What a server would not take, learned from its refusals of this very request. */
interface Concessions {
  leftOut: Set<string>
  systemMessage: boolean
}

/**
 * Streams one reply. Ends after an `end` event, or without one when `signal` aborted: stopping is no error, and the
 * server's socket is closed at once. Throws `AppError` (mostly `EndpointFailure`) for everything else, after yielding
 * all text that came: codes `endpoint-*`, `stream-broken`, `stream-idle`, `reply-empty`. A request is repeated by
 * itself only while no token has come: without a field that the server refuses, once its model is loaded, or after a
 * short pause when it was busy or not there.
 */
export async function* streamChat(request: ChatRequest): AsyncGenerator<ChatEvent, void, undefined> {
  const limits = { ...limitsOf(request.endpoint), ...request.limits }
  const retries = startRetries(limits)
  const given: Concessions = {
    leftOut: new Set(request.refusedFields),
    systemMessage: request.systemMessage ?? true,
  }
  addressOf(request.endpoint)
  yield phaseEvent('connecting')
  while (!request.signal.aborted) {
    let hasBegun = false
    const body = bodyOf(request, given)
    try {
      for await (const event of attemptReply(request, body, limits)) {
        hasBegun ||= isBegin(event)
        yield event
        // What has arrived but was not handed over yet is not part of a reply that was stopped.
        if (request.signal.aborted) return
      }
      return
    } catch (error) {
      if (request.signal.aborted) return
      if (hasBegun) throw error
      const concession = concede(error, body, given)
      if (concession !== null) {
        yield concession
        continue
      }
      const waitMs = retries.waitMs(error)
      if (waitMs === null) throw error
      const isLoading = error instanceof EndpointFailure && error.retry === 'loading'
      yield phaseEvent(isLoading ? 'loading' : 'connecting')
      if (!(await waitUnlessAborted(waitMs, request.signal))) return
      if (isLoading && !(await untilLoaded(request, limits, retries, error))) return
    }
  }
}

function bodyOf(request: ChatRequest, { leftOut, systemMessage }: Concessions): RequestBody {
  const { model, messages, sampling, responseFormat, extraFields, endpoint } = request
  const stream = endpoint.streaming !== false
  return requestBody({ model, messages, sampling, stream, systemMessage, responseFormat, extraFields, leftOut })
}

/** Gives in to a server that refuses a part of the request which a reply can do without; null when it is not about one. */
function concede(error: unknown, body: RequestBody, given: Concessions): ChatEvent | null {
  if (!(error instanceof EndpointFailure) || error.code === 'endpoint-overflow') return null
  const said = `${error.serverText}\n${error.serverBody}`
  if (holdsSystem(body) && refusesSystemRole(said)) {
    given.systemMessage = false
    return { type: 'learned', capability: 'system-message', value: false }
  }
  const field = refusedField(error.status, said, body)
  if (field === null) return null
  given.leftOut.add(field)
  return { type: 'field-refused', field }
}

function holdsSystem({ messages }: RequestBody): boolean {
  return (messages as readonly WireMessage[]).some(({ role }) => role === 'system')
}
