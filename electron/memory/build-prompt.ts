import type { SendPreview, WindowSource } from '../../shared/record-types.ts'
import { estimateMessageTokens } from './estimate-tokens.ts'
import { type Exchange, findStrategy, type PromptMessage } from './strategies.ts'

/** A window that no server reported and nobody set: small enough to be safe, and said to be a guess. */
export const ASSUMED_WINDOW_TOKENS = 4096

/** What servers take as `image_url`. */
const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif'])

/** Between 256 and 1,600 with common vision models; rather too many than too few. */
const TOKENS_PER_IMAGE = 800

/** Estimates err; this share of the window stays free. */
const SAFETY_SHARE = 0.08

export interface PromptInput {
  systemPrompt: string
  /** The newest messages of the branch, oldest first; the last one is the user message to be answered. */
  messages: PromptMessage[]
  /** All messages on the branch, also those not read. */
  totalMessages: number
  window: { tokens: number; source: WindowSource }
  /** Real tokens of this model for each estimated one; 1 where nothing is known. */
  tokenRatio?: number
  /** Tokens asked for the answer; at most half of the window is kept free for it. */
  reserveTokens: number
  strategy: string | undefined
  lastMessages: number
  /** An unshown user turn behind the newest reply, which asks to go on with it. It belongs to that reply's exchange. */
  continueRequest?: string
}

/** What is sent of one or several neighbouring messages. `images` only where there are any. */
interface PromptTurn {
  role: 'system' | 'user' | 'assistant'
  content: string
  images?: ImageRef[]
}

interface ImageRef {
  sha256: string
  mediaType: string
}

export interface Prompt {
  messages: PromptTurn[]
  summary: SendPreview
}

/**
 * Builds what one request carries: the system prompt first and whole, always; then what the strategy selects of the
 * branch. Reads only, so the stored history is never trimmed.
 */
export function buildPrompt(input: PromptInput): Prompt {
  const windowTokens = input.window.tokens
  const tokenRatio = input.tokenRatio ?? 1
  const { budgetTokens, reserveTokens, systemPromptTokens } = shareWindow({ ...input, windowTokens, tokenRatio })

  const strategy = findStrategy(input.strategy)
  const spoken = input.messages.filter((message) => message.text !== '' || imagesOf(message).length > 0)
  const exchanges = toExchanges(spoken, tokenRatio)
  const newest = exchanges.at(-1)
  if (newest && input.continueRequest) newest.tokens += tokenRatio * estimateMessageTokens(input.continueRequest)
  const selected = strategy.select({ exchanges, budgetTokens, lastMessages: input.lastMessages })
  const sent = selected.flatMap((exchange) => exchange.messages)
  const estimatedTokens = Math.ceil(systemPromptTokens + selected.reduce((sum, exchange) => sum + exchange.tokens, 0))

  const system = input.systemPrompt ? [{ role: 'system' as const, content: input.systemPrompt }] : []
  return {
    messages: [
      ...system,
      ...alternate(sent),
      ...(input.continueRequest ? [{ role: 'user' as const, content: input.continueRequest }] : []),
    ],
    summary: {
      strategy: strategy.id,
      sentMessages: sent.length,
      // Empty replies (failed before the first token) are nothing that could be left out.
      leftOutMessages: input.totalMessages - sent.length - (input.messages.length - spoken.length),
      estimatedTokens,
      windowTokens,
      windowSource: input.window.source,
      reserveTokens,
      systemPromptTokens,
      fits: estimatedTokens <= windowTokens - reserveTokens,
    },
  }
}

/** What of the window is for what, in tokens: the system prompt, the answer, and the budget that is left for messages. */
export function shareWindow(input: {
  systemPrompt: string
  windowTokens: number
  reserveTokens: number
  tokenRatio: number
}) {
  const { systemPrompt, windowTokens, tokenRatio } = input
  const reserveTokens = Math.min(input.reserveTokens, Math.floor(windowTokens / 2))
  const systemPromptTokens = systemPrompt ? Math.ceil(tokenRatio * estimateMessageTokens(systemPrompt)) : 0
  const budgetTokens = Math.max(0, windowTokens - reserveTokens - systemPromptTokens - marginOf(windowTokens))
  return { budgetTokens, reserveTokens, systemPromptTokens }
}

/** Tokens of a window that stay free because estimates err. */
export function marginOf(windowTokens: number): number {
  return Math.max(64, Math.ceil(windowTokens * SAFETY_SHARE))
}

/**
 * Groups a branch into exchanges: a user message with its replies. Replies before the first user message (an import)
 * belong to none, since templates want the user first, and so are left out.
 */
function toExchanges(messages: PromptMessage[], tokenRatio: number): Exchange[] {
  const exchanges: Exchange[] = []
  for (const message of messages) {
    const images = imagesOf(message).length
    const tokens = tokenRatio * estimateMessageTokens(message.text) + images * TOKENS_PER_IMAGE
    const last = exchanges.at(-1)
    if (message.role === 'user') exchanges.push({ messages: [message], tokens })
    else if (last) {
      last.messages.push(message)
      last.tokens += tokens
    }
  }
  return exchanges
}

/**
 * Several chat templates refuse two messages of one role in a row, which a reply that failed leaves behind: neighbours
 * of one role are joined.
 */
function alternate(messages: PromptMessage[]): PromptTurn[] {
  const turns: PromptTurn[] = []
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const images = imagesOf(message)
    const last = turns.at(-1)
    if (last?.role === role) {
      last.content = [last.content, message.text].filter((text) => text !== '').join('\n\n')
      if (images.length > 0) last.images = [...(last.images ?? []), ...images]
    } else turns.push({ role, content: message.text, ...(images.length > 0 ? { images } : {}) })
  }
  return turns
}

/** The attachments of a person's message that a model could look at. */
function imagesOf({ role, attachments = [] }: PromptMessage): ImageRef[] {
  return role === 'user' ? attachments.filter(({ mediaType }) => IMAGE_TYPES.has(mediaType)) : []
}
