import { estimateMessageTokens } from '../../../memory/estimate-tokens.ts'

/** Below this no conversation is worth having. */
const LEAST_TOKENS = 4_096

/** A few messages: four questions and answers of some 250 tokens each. */
const CONVERSATION_TOKENS = 2_048

/** The share that prompts leave free, since estimates err (`buildPrompt`). */
const SAFETY_SHARE = 0.08

interface Needs {
  systemPrompt: string
  /** Tokens kept free for the answer. */
  reserveTokens: number
}

/** The window that a conversation with these settings needs, in tokens: the system prompt, the answer, and a few messages. */
export function neededWindow({ systemPrompt, reserveTokens }: Needs): number {
  const systemTokens = systemPrompt === '' ? 0 : estimateMessageTokens(systemPrompt)
  const tokens = (systemTokens + reserveTokens + CONVERSATION_TOKENS) / (1 - SAFETY_SHARE)
  return Math.max(LEAST_TOKENS, Math.ceil(tokens))
}
