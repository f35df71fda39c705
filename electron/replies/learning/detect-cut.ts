/** Tokens at the start of a prompt that Ollama keeps when it cuts one: four, and five with a token that opens the text. */
const KEPT = [4, 5]

/** A prompt this much shorter than estimated was not read whole, if its text allows no such error of the estimate. */
const CUT_SHARE = 0.75

/** No window is so small that less than this is left of a prompt. What is below is a server that counts new tokens only. */
const LEAST_LEFT = 1_000

/** The size of a known cut is met by chance, unless the estimate is well above it. */
const ABOVE_SHARE = 1.1

/** How far a window may lie above the estimate of a prompt that exceeded it. */
const ERROR_SHARE = 1.25

interface PromptCounts {
  /** As the server counted what it read, cached tokens included. */
  promptTokens: number
  estimatedTokens: number
  windowTokens: number
}

/**
 * Whether a server silently left out a part of the prompt. Ollama answers 200 after cutting a prompt that is too long to
 * `window - floor((window - kept) / 2)` tokens; others cut in other ways, which shows in a count far below the estimate.
 * A false alarm is worse than a cut that nobody noticed: `leastTokens`, asked only when there is doubt, tells how many
 * tokens the prompt has with any vocabulary.
 */
export function isPromptCut(
  { promptTokens, estimatedTokens, windowTokens }: PromptCounts,
  leastTokens: () => number,
): boolean {
  if (promptTokens < LEAST_LEFT) return false
  if (promptTokens < CUT_SHARE * estimatedTokens && promptTokens < leastTokens()) return true
  const isAbove = estimatedTokens > ABOVE_SHARE * promptTokens
  return isAbove && KEPT.some((kept) => promptTokens === windowTokens - Math.floor((windowTokens - kept) / 2))
}

/**
 * The window, in tokens, that a cut prompt tells of: twice what is left, as with Ollama; or just what is left, where the
 * whole prompt would have fitted into that.
 */
export function windowOfCut({ promptTokens, estimatedTokens }: Omit<PromptCounts, 'windowTokens'>): number {
  const doubled = 2 * promptTokens - 4
  return doubled <= ERROR_SHARE * estimatedTokens ? doubled : promptTokens
}

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu
const WORD = /\p{L}[\p{L}\p{M}]*/gu

/** Newer vocabularies hold many pairs of these characters, and few longer pieces. */
const TOKENS_PER_IDEOGRAPH = 0.4

/**
 * Fewer tokens than any vocabulary makes of a text: no token is longer than a word. Estimates are up to 1.7 times what
 * newer vocabularies make of Chinese, Korean and Russian, and far more for rows of dashes, which count for nothing here.
 */
export function leastTokensOf(text: string): number {
  let ideographs = 0
  const rest = text.replace(IDEOGRAPH, () => {
    ideographs += 1
    return ' '
  })
  let words = 0
  for (const _word of rest.matchAll(WORD)) words += 1
  return Math.floor(words + TOKENS_PER_IDEOGRAPH * ideographs)
}
