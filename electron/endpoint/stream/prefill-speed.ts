/** Fewer prompt tokens than this say nothing about speed: fixed costs weigh more. */
const MIN_PROMPT_TOKENS = 64

const measured = new Map<string, number>()

/** Tokens per second at which this model reads prompts, from its newest reply in this run; undefined before the first. */
export function knownPrefillSpeed(apiBase: string, model: string): number | undefined {
  return measured.get(`${apiBase} ${model}`)
}

/** Whether a measurement says something. Cached tokens are no work and do not count among `promptTokens`. */
export function isTelling({
  promptTokens,
  tokensPerSecond,
}: {
  promptTokens: number
  tokensPerSecond: number
}): boolean {
  return promptTokens >= MIN_PROMPT_TOKENS && tokensPerSecond > 0
}

/** Remembers how fast a prompt was read. */
export function notePrefillSpeed(apiBase: string, model: string, tokensPerSecond: number): void {
  measured.set(`${apiBase} ${model}`, tokensPerSecond)
}
