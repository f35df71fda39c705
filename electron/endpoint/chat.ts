import type { Sampling } from '../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from './address.ts'
import { EndpointFailure } from './http/failure.ts'
import { attemptReply } from './stream/attempt-reply.ts'
import { type ChatEvent, isToken, phaseEvent } from './stream/chat-event.ts'
import { type ChatLimits, defaultLimits } from './stream/chat-limits.ts'
import { startRetries, waitUnlessAborted } from './stream/retry.ts'

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
}

export interface ChatRequest {
  endpoint: EndpointConnection
  model: string
  /** At most one system message, and that one first: many templates refuse anything else. */
  messages: readonly ChatMessage[]
  sampling: Sampling
  signal: AbortSignal
  /** Tokens that the server has to read before it can answer; sets how long its silence is accepted. */
  estimatedPromptTokens: number
  limits?: Partial<ChatLimits>
}

/** Fields that some servers refuse; a reply works without them, only less is known about it. */
const OPTIONAL_FIELDS = ['stream_options', 'return_progress']

/**
 * Streams one reply. Ends after an `end` event, or without one when `signal` aborted: stopping is no error, and the
 * server's socket is closed at once. Throws `AppError` (mostly `EndpointFailure`) for everything else, after yielding
 * all text that came: codes `endpoint-*`, `stream-broken`, `stream-idle`, `reply-empty`. A request is repeated by
 * itself only while no token has come.
 */
export async function* streamChat(request: ChatRequest): AsyncGenerator<ChatEvent, void, undefined> {
  const limits = { ...defaultLimits, ...request.limits }
  const retries = startRetries(limits)
  const leftOut = new Set<string>()
  addressOf(request.endpoint)
  yield phaseEvent('connecting')
  while (!request.signal.aborted) {
    let hasText = false
    try {
      for await (const event of attemptReply(request, buildBody(request, leftOut), limits)) {
        hasText ||= isToken(event)
        yield event
        // What has arrived but was not handed over yet is not part of a reply that was stopped.
        if (request.signal.aborted) return
      }
      return
    } catch (error) {
      if (request.signal.aborted) return
      if (hasText) throw error
      const refused = refusedField(error, leftOut)
      if (refused !== null) {
        leftOut.add(refused)
        continue
      }
      const waitMs = retries.waitMs(error)
      if (waitMs === null) throw error
      yield phaseEvent(error instanceof EndpointFailure && error.retry === 'loading' ? 'loading' : 'connecting')
      if (!(await waitUnlessAborted(waitMs, request.signal))) return
    }
  }
}

function buildBody(request: ChatRequest, leftOut: ReadonlySet<string>): Record<string, unknown> {
  const { temperature, topP, seed, maxTokens } = request.sampling
  const body: Record<string, unknown> = {
    model: request.model,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    stream_options: { include_usage: true },
    return_progress: true,
  }
  if (temperature !== undefined) body.temperature = temperature
  if (topP !== undefined) body.top_p = topP
  if (seed !== undefined) body.seed = seed
  if (maxTokens !== undefined && maxTokens !== -1) body.max_tokens = maxTokens
  for (const field of leftOut) delete body[field]
  return body
}

/** The optional field that a 400 or 422 complains about, if it has not been left out already. */
function refusedField(error: unknown, leftOut: ReadonlySet<string>): string | null {
  if (!(error instanceof EndpointFailure) || (error.status !== 400 && error.status !== 422)) return null
  return OPTIONAL_FIELDS.find((field) => !leftOut.has(field) && error.serverText.includes(field)) ?? null
}
