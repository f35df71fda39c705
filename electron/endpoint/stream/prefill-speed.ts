/** Fewer prompt tokens than this say nothing about speed: fixed costs weigh more. */
const MIN_PROMPT_TOKENS = 64

const measured = new Map<string, number>()

/** Tokens per second at which this model reads prompts, from its newest reply; undefined before the first. */
export function knownPrefillSpeed(apiBase: string, model: string): number | undefined {
  return measured.get(`${apiBase} ${model}`)
}

/** Remembers, for this run of the app, how fast a prompt was read. Cached tokens are no work and do not count. */
export function notePrefillSpeed(apiBase: string, model: string, promptTokens: number, tokensPerSecond: number): void {
  if (promptTokens >= MIN_PROMPT_TOKENS && tokensPerSecond > 0) measured.set(`${apiBase} ${model}`, tokensPerSecond)
}
