import { AppError, toWireError } from '../../shared/errors.ts'
import { capabilityOf } from '../endpoint/capabilities.ts'
import { streamChat } from '../endpoint/chat.ts'
import type { FinishReplyArgs } from '../history/replies.ts'
import type { ActiveReply } from './active-reply.ts'
import type { ChunkWriter } from './chunk-writer.ts'
import type { ReplyFindings } from './learning/learn-from-reply.ts'
import type { ReadyRequest } from './request-reply.ts'

/** How a reply ended and what was measured on the way; times in milliseconds. */
export type ReplyOutcome = Omit<FinishReplyArgs, 'messageId' | 'unread' | 'now'>

/** The outcome of a reply that ended before anything came. */
export function emptyOutcome(): ReplyOutcome {
  return {
    status: 'failed',
    finishReason: null,
    error: null,
    model: null,
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    firstTokenMs: null,
    totalMs: null,
    reasoningMs: null,
  }
}

/** Receives one reply into `reply` and the chunk writer; fills `outcome` and `findings` as it goes. Throws what the endpoint throws. */
export async function receiveReply(
  reply: ActiveReply,
  request: ReadyRequest,
  writer: ChunkWriter,
  outcome: ReplyOutcome,
  findings: ReplyFindings,
): Promise<void> {
  const startedAt = performance.now()
  const sinceStart = () => Math.round(performance.now() - startedAt)
  let reasoningFrom: number | undefined
  const markFirst = () => {
    outcome.firstTokenMs ??= sinceStart()
  }
  try {
    const events = streamChat({
      endpoint: request.access,
      model: request.model,
      messages: request.messages,
      sampling: request.sampling,
      estimatedPromptTokens: request.prompt.summary.estimatedTokens,
      refusedFields: capabilityOf(request.capabilities, 'refused-fields'),
      systemMessage: capabilityOf(request.capabilities, 'system-message'),
      knownPrefillSpeed: capabilityOf(request.capabilities, 'prefill-speed'),
      signal: reply.controller.signal,
    })
    for await (const event of events) {
      if (event.type === 'text-delta') {
        markFirst()
        if (reasoningFrom !== undefined) outcome.reasoningMs ??= sinceStart() - reasoningFrom
        reply.text += event.text
        writer.add(reply.replyId, { text: event.text })
      } else if (event.type === 'reasoning-delta') {
        markFirst()
        reasoningFrom ??= sinceStart()
        reply.reasoning += event.text
        writer.add(reply.replyId, { reasoning: event.text })
      } else if (event.type === 'phase') {
        const { phase, processed, total, tokensPerSecond } = event
        reply.progress = { type: 'progress', phase, processed, total, tokensPerSecond }
      } else if (event.type === 'learned') findings.learned.push(event)
      else if (event.type === 'field-refused') findings.refusedFields.push(event.field)
      else if (event.type === 'tool-calls') outcome.toolCalls = event.toolCalls
      else if (event.type === 'usage') {
        findings.promptTokens = event.promptTokens
        outcome.promptTokens = event.promptTokens
        outcome.completionTokens = event.completionTokens
        outcome.cachedTokens = event.cachedTokens
      } else {
        outcome.finishReason = event.finishReason
        outcome.model = event.model ?? outcome.model
        outcome.status = 'complete'
      }
      reply.changed()
    }
    // Without its end the stream was closed from here: the abort's reason says by whom.
    if (outcome.status !== 'complete') throw reply.controller.signal.reason
  } finally {
    outcome.totalMs = sinceStart()
  }
}

/** Turns what ended a reply early into its status: the person, the end of the app, or a failure. */
export function endedBy(error: unknown, reply: ActiveReply): Pick<ReplyOutcome, 'status' | 'error'> {
  const { signal } = reply.controller
  if (signal.aborted && signal.reason === 'stop') return { status: 'stopped', error: null }
  if (signal.aborted && signal.reason === 'quit') return { status: 'interrupted', error: null }
  const cause = signal.aborted && signal.reason instanceof AppError ? signal.reason : error
  // What arrived is kept and can be continued; a reply without any text has simply failed.
  const hasText = reply.text !== '' || reply.reasoning !== ''
  return { status: hasText ? 'interrupted' : 'failed', error: toWireError(cause) }
}
