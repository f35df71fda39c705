/** Tokens at the start of a prompt that Ollama keeps when it cuts one: four, and five with a token that opens the text. */
const KEPT = [4, 5]

/** Estimates err by at most a fifth; a prompt this much shorter than estimated was not read whole. */
const CUT_SHARE = 0.75

/** Below this an estimate says little. */
const LEAST_TOKENS = 1_000

interface PromptCounts {
  /** As the server counted what it read, cached tokens included. */
  promptTokens: number
  estimatedTokens: number
  windowTokens: number
}

/**
 * Whether a server silently left out a part of the prompt. Ollama answers 200 after cutting a prompt that is too long to
 * `window - floor((window - kept) / 2)` tokens; others cut in other ways, which shows in a count far below the estimate.
 */
export function isPromptCut({ promptTokens, estimatedTokens, windowTokens }: PromptCounts): boolean {
  if (estimatedTokens <= LEAST_TOKENS || promptTokens === 0 || promptTokens >= estimatedTokens) return false
  if (promptTokens < CUT_SHARE * estimatedTokens) return true
  return KEPT.some((kept) => promptTokens === windowTokens - Math.floor((windowTokens - kept) / 2))
}

/** The window that a cut prompt tells of, in tokens. */
export function windowOfCut(promptTokens: number): number {
  return 2 * promptTokens - 4
}
