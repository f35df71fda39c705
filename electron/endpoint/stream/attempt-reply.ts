import { AppError } from '../../../shared/errors.ts'
import type { ConnectionPurpose } from '../../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { connectFailure } from '../http/connect-failure.ts'
import { EndpointFailure } from '../http/failure.ts'
import { sendRequest } from '../http/request.ts'
import { statusFailure } from '../http/status-failure.ts'
import { readAnswer } from './answer/read-answer.ts'
import { createReplyReader, type ReplyEvent, type ReplyReader } from './answer/reply-reader.ts'
import { SseTooLong } from './answer/sse-lines.ts'
import { createBreather } from './breathe.ts'
import { type ChatEvent, phaseEvent } from './chat-event.ts'
import { type ChatLimits, firstByteLimitMs } from './chat-limits.ts'
import { joinQueue, type Turn } from './origin-queue.ts'
import { isTelling, knownPrefillSpeed, notePrefillSpeed } from './prefill-speed.ts'
import { createReplyRate, type ReplyRate } from './reply-rate.ts'
import { brokenStream, judgeReply } from './verdict.ts'
import { createWatchClock, type WatchClock } from './watch-clock.ts'

interface Attempt {
  endpoint: EndpointConnection
  model: string
  signal: AbortSignal
  estimatedPromptTokens: number
  purpose?: ConnectionPurpose | undefined
  knownPrefillSpeed?: number | undefined
}

/** One try, while it lasts. */
interface Progress {
  attempt: Attempt
  limits: ChatLimits
  where: string
  clock: WatchClock
  reader: ReplyReader
  /** Something of the reply has come: from here on the request is never repeated. */
  hasBegun: boolean
  /** The reply has ended; only counts may follow. */
  isEnding: boolean
  sizeBytes: number
  rate: ReplyRate
}

/**
 * Sends a chat request once and yields what comes back, under the clocks of `limits`. Throws `EndpointFailure`, or
 * anything at all when `attempt.signal` aborted. The socket is closed whenever this generator is left early.
 */
export async function* attemptReply(
  attempt: Attempt,
  body: Record<string, unknown>,
  limits: ChatLimits,
): AsyncGenerator<ChatEvent, void, undefined> {
  const left = new AbortController()
  const clock = createWatchClock()
  const { where, apiBase, origin } = addressOf(attempt.endpoint)
  const turn = joinQueue(origin)
  const reader = createReplyReader()
  const progress: Progress = {
    attempt,
    limits,
    where,
    clock,
    reader,
    hasBegun: false,
    isEnding: false,
    sizeBytes: 0,
    rate: createReplyRate(),
  }
  let interruption: { error: unknown } | null = null
  try {
    yield* send(progress, body, turn, AbortSignal.any([attempt.signal, clock.signal, left.signal]))
  } catch (error) {
    if (attempt.signal.aborted) throw error
    interruption = { error }
  } finally {
    turn.leave()
    clock.stop()
    left.abort()
  }
  // Text that was held back because it could have been a tag, or half a character, came before whatever ended the stream.
  yield* toChatEvents(reader.end(), progress)
  const failure = interruption === null ? null : explain(interruption.error, progress)
  const problem = failure ?? judgeReply(reader.state, progress.hasBegun, attempt.endpoint, attempt.model)
  if (problem !== null) throw problem
  yield* whatItShowed(reader, progress, apiBase, body.stream === true)
  const { usage, finishReason, model } = reader.state
  if (reader.state.toolPieces > 0) yield { type: 'tool-calls', toolCalls: reader.toolCalls() }
  if (usage !== null) yield { type: 'usage', ...usage }
  yield { type: 'end', finishReason, model }
}

/** Facts about server and model that only an answer tells. */
function* whatItShowed(
  { state }: ReplyReader,
  { attempt }: Progress,
  apiBase: string,
  isStreamAsked: boolean,
): Generator<ChatEvent, void, undefined> {
  const { prefill } = state
  if (prefill !== null && isTelling(prefill)) {
    notePrefillSpeed(apiBase, attempt.model, prefill.tokensPerSecond)
    yield { type: 'learned', capability: 'prefill-speed', value: Number(prefill.tokensPerSecond.toPrecision(3)) }
  }
  if (isStreamAsked) {
    yield { type: 'learned', capability: 'streaming', value: state.form === 'sse' }
    yield { type: 'learned', capability: 'usage', value: state.usage !== null }
  }
  if (state.timings) yield { type: 'learned', capability: 'timings', value: true }
  if (state.progress) yield { type: 'learned', capability: 'progress', value: true }
  if (state.reasoning) yield { type: 'learned', capability: 'reasoning', value: true }
}

async function* send(progress: Progress, body: Record<string, unknown>, turn: Turn, signal: AbortSignal) {
  const { attempt, clock, limits, reader } = progress
  watchForFirst(progress)
  let tellSent: () => void = () => undefined
  const sent = new Promise<void>((resolve) => {
    tellSent = resolve
  })
  const answering = sendRequest({
    connection: attempt.endpoint,
    method: 'POST',
    url: `${addressOf(attempt.endpoint).apiBase}/chat/completions`,
    body,
    accept: 'text/event-stream, application/json',
    purpose: attempt.purpose ?? 'reply',
    signal,
    onSent: tellSent,
  })
  // Should the consumer leave at the yield below, the failure that follows has nobody to tell.
  answering.catch(() => undefined)
  await Promise.race([sent, answering])
  if (turn.isBehind) {
    // The server is silent because it works for us elsewhere; the clock stands still until that has ended.
    clock.pause()
    yield phaseEvent('queued')
    await Promise.race([turn.free, answering])
    clock.resume()
  }
  yield phaseEvent('reading')
  const response = await answering
  if (response.status < 200 || response.status > 299)
    throw await statusFailure(response, attempt.endpoint, attempt.model)
  if (response.contentType.includes('text/html')) reader.state.form = 'html'
  const breathe = createBreather()
  for await (const batch of readAnswer(response.body, reader, limits)) {
    clock.pause()
    yield* toChatEvents(batch.events, progress)
    // A tool that is asked for comes in pieces as well, told once they are together.
    if (reader.state.toolPieces > 0) yield* begin(progress)
    yield* tellRate(progress, batch.events)
    watchAgain(progress, batch.alive)
    await breathe()
    clock.resume()
  }
}

function* toChatEvents(events: readonly ReplyEvent[], progress: Progress): Generator<ChatEvent, void, undefined> {
  for (const event of events) {
    if (event.type === 'progress') {
      yield { ...phaseEvent('reading'), processed: event.processed, total: event.total }
      continue
    }
    progress.sizeBytes += Buffer.byteLength(event.text)
    if (progress.sizeBytes > progress.limits.maxReplyBytes) {
      throw brokenStream(progress.where, 'sent a reply larger than Alcove takes, so it was stopped')
    }
    yield* begin(progress)
    yield event
  }
}

function* begin(progress: Progress): Generator<ChatEvent, void, undefined> {
  if (!progress.hasBegun) yield phaseEvent('writing')
  progress.hasBegun = true
}

function* tellRate({ rate, reader }: Progress, events: readonly ReplyEvent[]): Generator<ChatEvent, void, undefined> {
  rate.note(events.filter(({ type }) => type !== 'progress').length)
  const tokensPerSecond = rate.news()
  if (tokensPerSecond !== null) {
    yield { ...phaseEvent('writing'), tokensPerSecond: reader.state.tokensPerSecond ?? tokensPerSecond }
  }
}

function watchForFirst({ attempt, clock, limits, where }: Progress): void {
  const speed = knownPrefillSpeed(addressOf(attempt.endpoint).apiBase, attempt.model) ?? attempt.knownPrefillSpeed
  const limitMs = firstByteLimitMs(limits, attempt.estimatedPromptTokens, speed)
  clock.restart(
    limitMs,
    () =>
      new EndpointFailure(
        'endpoint-timeout',
        `${where} accepted the request but has not begun to answer within ${inWords(limitMs)}. The model may be too large for this computer, or busy. Try again: what it has read is often kept.`,
        { retryable: true },
      ),
  )
}

/** A sign of life starts the clock anew. What may follow the reply's end is worth one short wait only. */
function watchAgain(progress: Progress, isAlive: boolean): void {
  const { clock, limits, where, reader, hasBegun } = progress
  const hasEnded = reader.state.finishReason !== null
  if (progress.isEnding || !(isAlive || hasEnded)) return
  if (!hasBegun && !hasEnded) {
    watchForFirst(progress)
    return
  }
  progress.isEnding = hasEnded
  const limitMs = hasEnded ? limits.tailMs : limits.idleMs
  clock.restart(
    limitMs,
    () =>
      new EndpointFailure(
        'stream-idle',
        `${where} stopped in the middle of the reply: nothing came for ${inWords(limitMs)}. Continue the reply, or make it anew.`,
        { retryable: true },
      ),
  )
}

/** The failure that an interruption amounts to; null when the reply was whole by then. */
function explain(error: unknown, { clock, reader, hasBegun, where }: Progress): AppError | null {
  if (reader.state.finishReason !== null) return null
  if (clock.signal.aborted) return clock.signal.reason as AppError
  if (error instanceof AppError) return error
  if (error instanceof SseTooLong) return brokenStream(where, 'sent a line without end', error)
  return hasBegun
    ? brokenStream(where, 'broke the connection in the middle of the reply', error)
    : connectFailure(error, where)
}

function inWords(limitMs: number): string {
  return limitMs < 90_000 ? `${Math.ceil(limitMs / 1_000)} seconds` : `${Math.round(limitMs / 60_000)} minutes`
}
