import type { OverflowNumbers } from '../failure.ts'

/** What llama.cpp, vLLM, SGLang, LM Studio, Ollama, LocalAI and MLX say when a prompt exceeds the window. */
const OVERFLOW = [
  /exceed_context_size_error/i,
  /exceeds? the (available )?context (size|length|window)/i,
  /context[_ ](size|length|window)[_ ](has been )?exceeded/i,
  /maximum context length/i,
  /context length is only \d+/i,
  /longer than the (model'?s )?context length/i,
  /longer than the context length currently available/i,
  /greater than the context length/i,
  /cannot truncate prompt with n_keep/i,
  /trying to keep the first \d+ tokens/i,
  /reached context length of \d+/i,
  /prompt (is )?too long/i,
  /no user query found in messages/i,
  /input length exceeds/i,
  /reduce the length of the (messages|input)/i,
]

/** Limits of an account use the same words. */
const VETO = /rate.?limit|quota|api.?key/i

const PAIRS = [
  /\((\d{1,9}) tokens\)[\s\S]{0,200}?\((\d{1,9}) tokens\)/,
  /n_keep \((\d{1,9})\) >= n_ctx \((\d{1,9})\)/i,
  /input \((\d{1,9}) tokens\)[\s\S]{0,100}?context length \((\d{1,9}) tokens\)/i,
  /first (\d{1,9}) tokens[\s\S]{0,200}?context length of only (\d{1,9})/i,
]
const PROMPT = [
  /"?n_prompt_tokens"?\s*:\s*(\d{1,9})/,
  /(?:passed|at least|request has) (\d{1,9}) input tokens/i,
  /(\d{1,9}) (?:in|tokens from) the (?:input )?messages/i,
  /resulted in (\d{1,9}) tokens/i,
]
/** vLLM stops counting at the first token that is too many, and says so in one of these ways. */
const AT_LEAST = [/at least \d{1,9} input tokens/i, /maximum input length of \d{1,9} tokens/i]
const WINDOW = [
  /"?n_ctx"?\s*:\s*(\d{1,9})/,
  /context length is only (\d{1,9})/i,
  /maximum context length is (\d{1,9})/i,
  /context length of (?:only )?(\d{1,9})/i,
]

/**
 * Tells whether a server's error text means "the prompt does not fit", and the token counts where they are given.
 * `text` is the whole body or message, JSON inside strings included. Null: not an overflow.
 */
export function readOverflow(text: string): OverflowNumbers | null {
  // Ollama wraps llama.cpp's JSON in a string, so quotes may arrive escaped.
  const plain = text.slice(0, 20_000).replaceAll('\\"', '"')
  if (VETO.test(plain) || !OVERFLOW.some((pattern) => pattern.test(plain))) return null
  const pair = PAIRS.map((pattern) => pattern.exec(plain)).find((match) => match !== null)
  return {
    promptTokens: firstNumber(PROMPT, plain) ?? (pair ? Number(pair[1]) : null),
    windowTokens: firstNumber(WINDOW, plain) ?? (pair ? Number(pair[2]) : null),
    ...(AT_LEAST.some((pattern) => pattern.test(plain)) ? { isAtLeast: true } : {}),
  }
}

function firstNumber(patterns: readonly RegExp[], text: string): number | null {
  for (const pattern of patterns) {
    const found = pattern.exec(text)?.[1]
    if (found !== undefined) return Number(found)
  }
  return null
}
