import type { ReplyNotice } from '../../../shared/record-types.ts'
import { learn } from '../../endpoint/capabilities.ts'
import { EndpointFailure } from '../../endpoint/http/failure.ts'
import type { KnownWindow } from '../../endpoint/model-window.ts'
import type { Fact } from '../../history/capabilities.ts'
import type { History } from '../../history/history.ts'
import { promptFor, type ReadyRequest, type ReplyRequest } from '../request-reply.ts'

/** What a failed try taught about a request, for the next one. */
export interface Lesson {
  /** In place of the one that was believed in. */
  window?: KnownWindow
  withoutImages?: boolean
  notices: ReplyNotice[]
}

/** An empty answer to a prompt that takes this much of its place means that it did not fit (LM Studio with GGUF models). */
const FULL_SHARE = 0.8

/** Of the window that was believed in, where the server names no number. */
const BLIND_SHARE = 0.5

/** What a server says is believed within these: a window that holds no conversation, or a wild count, would spoil all later ones. */
const LEAST_WINDOW_TOKENS = 256
const RATIOS = { least: 0.25, most: 4 }

/**
 * What to change after a try that failed before its first token; null when the failure stands. A prompt that was too long
 * is made shorter once, with the window and the token counts that the server told, which are kept for later requests; a
 * model that takes no images is asked without them.
 */
export async function learnFromFailure(
  history: History,
  request: ReplyRequest,
  tried: { ready: ReadyRequest; lesson: Lesson },
  failure: unknown,
): Promise<Lesson | null> {
  if (!(failure instanceof EndpointFailure)) return null
  const { ready, lesson } = tried
  const keep = (facts: readonly Fact[]) => learn(history, request.target.endpoint.id, ready.model, 'learned', facts)
  if (failure.code === 'endpoint-no-images' && ready.images > 0) {
    await keep([{ name: 'images', value: false }])
    return { ...lesson, withoutImages: true }
  }
  const { window, facts } = shorterWindow(failure, ready)
  await keep(facts)
  if (lesson.window !== undefined || !isTooLong(failure, ready)) return null
  const shorter = await promptFor(history, request, window)
  const isShorter = shorter.summary.sentMessages < ready.prompt.summary.sentMessages
  // With the newest message alone there is nothing left that could be left out.
  if (!isShorter && !isAnswerToBlame(failure, ready)) return null
  const notice: ReplyNotice = { type: 'shortened', windowTokens: failure.overflow?.windowTokens ?? null }
  return { ...lesson, window, notices: isShorter ? [...lesson.notices, notice] : lesson.notices }
}

/** Keeps the window that a reply has filled before it was done. */
export async function learnFromFullWindow(
  history: History,
  endpointId: string,
  { model }: ReadyRequest,
  failure: unknown,
): Promise<void> {
  const tokens = failure instanceof EndpointFailure ? windowOf(failure) : null
  if (tokens !== null) await learn(history, endpointId, model, 'learned', [{ name: 'window', value: tokens }])
}

function isTooLong(failure: EndpointFailure, { prompt }: ReadyRequest): boolean {
  if (failure.code === 'endpoint-overflow') return true
  const { estimatedTokens, windowTokens, reserveTokens } = prompt.summary
  return failure.code === 'reply-empty' && estimatedTokens > FULL_SHARE * (windowTokens - reserveTokens)
}

/** vLLM refuses a prompt that fits, when the longest answer would not fit beside it. */
function isAnswerToBlame({ overflow }: EndpointFailure, { sampling }: ReadyRequest): boolean {
  const { promptTokens = null, windowTokens = null } = overflow ?? {}
  const asked = sampling.maxTokens ?? 0
  return promptTokens !== null && windowTokens !== null && promptTokens < windowTokens && asked > 0
}

function shorterWindow(
  failure: EndpointFailure,
  { prompt, window, images }: ReadyRequest,
): { window: KnownWindow; facts: Fact[] } {
  const { promptTokens = null, isAtLeast = false } = failure.overflow ?? {}
  const { estimatedTokens } = prompt.summary
  const facts: Fact[] = []
  let tokenRatio = window.tokenRatio ?? 1
  // A count that was broken off says only that the estimate was too low; what an image costs is not known.
  if (promptTokens !== null && images === 0 && !(isAtLeast && promptTokens <= estimatedTokens)) {
    const shown = (tokenRatio * promptTokens) / Math.max(1, estimatedTokens)
    tokenRatio = Math.min(RATIOS.most, Math.max(RATIOS.least, shown))
    facts.push({ name: 'token-ratio', value: tokenRatio })
  }
  const told = windowOf(failure)
  if (told !== null) {
    facts.push({ name: 'window', value: told })
    return { window: { tokens: told, source: 'learned', tokenRatio }, facts }
  }
  const tokens = Math.floor(BLIND_SHARE * Math.min(window.tokens, estimatedTokens))
  return { window: { ...window, tokens, tokenRatio }, facts }
}

function windowOf({ overflow }: EndpointFailure): number | null {
  const tokens = overflow?.windowTokens ?? null
  return tokens !== null && tokens >= LEAST_WINDOW_TOKENS ? tokens : null
}
