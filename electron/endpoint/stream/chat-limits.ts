import type { EndpointConnection } from '../address.ts'

/** Every wait and size of a reply; tests shorten them. */
export interface ChatLimits {
  /** Until anything at all comes back, at least. Longer for long prompts, see `firstByteLimitMs`. */
  firstByteMs: number
  /** Added to twice the time that reading the prompt takes. */
  promptGraceMs: number
  /** How fast a slow computer reads a prompt, in tokens per second. */
  prefillTokensPerSecond: number
  /** Between two signs of life, once the reply has begun. */
  idleMs: number
  /** For the counts that some servers send after the reply's end. */
  tailMs: number
  /** Longest wait for a server that says it is loading its model, and how often to look. */
  loadingMs: number
  loadingPollMs: number
  /** Pauses before the second, third and fourth try; each is varied by a fifth either way. */
  backoffMs: readonly number[]
  maxLineChars: number
  maxReplyBytes: number
}

/** The limits of one endpoint: what its waits say, in seconds, in place of the defaults. */
export function limitsOf({
  waits = {},
  streaming = true,
}: Pick<EndpointConnection, 'waits' | 'streaming'>): ChatLimits {
  const inMs = (seconds: number | undefined, otherwise: number) => (seconds === undefined ? otherwise : seconds * 1_000)
  // Without a stream the first sign of life is the whole reply.
  const firstByteMs = streaming ? defaultLimits.firstByteMs : WHOLE_REPLY_MS
  const asked = inMs(waits.firstByteSeconds, firstByteMs)
  return {
    ...defaultLimits,
    firstByteMs: asked,
    // Whoever asks for less patience than the grace gets it for a short prompt.
    promptGraceMs: Math.min(defaultLimits.promptGraceMs, asked),
    idleMs: inMs(waits.idleSeconds, defaultLimits.idleMs),
    loadingMs: inMs(waits.loadingSeconds, defaultLimits.loadingMs),
  }
}

const WHOLE_REPLY_MS = 3_600_000
const MAX_WAIT_MS = 24 * 3_600_000

export const defaultLimits: ChatLimits = {
  firstByteMs: 120_000,
  promptGraceMs: 30_000,
  prefillTokensPerSecond: 40,
  idleMs: 120_000,
  tailMs: 5_000,
  loadingMs: 180_000,
  loadingPollMs: 1_000,
  backoffMs: [500, 1_500, 4_000],
  maxLineChars: 1024 * 1024,
  maxReplyBytes: 64 * 1024 * 1024,
}

/**
 * Milliseconds to wait for the first byte: twice what reading `promptTokens` takes and a grace, but not less than the
 * floor. `measured` is the speed this model has shown, in tokens per second; a fast one is no reason for impatience.
 */
export function firstByteLimitMs(limits: ChatLimits, promptTokens: number, measured?: number): number {
  const tokensPerSecond = Math.min(limits.prefillTokensPerSecond, measured ?? Number.POSITIVE_INFINITY)
  const limitMs = Math.max(limits.firstByteMs, limits.promptGraceMs + (2_000 * promptTokens) / tokensPerSecond)
  // Beyond what a timer can count it would ring at once.
  return Math.min(limitMs, MAX_WAIT_MS)
}
