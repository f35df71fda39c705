import type { Capability, ReplyNotice } from '../../../shared/record-types.ts'
import { capabilityOf, learn } from '../../endpoint/capabilities.ts'
import type { Learned } from '../../endpoint/stream/chat-event.ts'
import type { Fact } from '../../history/capabilities.ts'
import type { History } from '../../history/history.ts'
import type { ReadyRequest } from '../request-reply.ts'
import { isPromptCut, leastTokensOf, windowOfCut } from './detect-cut.ts'

/** Weight of the newest reply in the ratio of real to estimated tokens. */
const RATIO_WEIGHT = 0.3

/** Shorter prompts are mostly what the template adds. */
const LEAST_PROMPT_TOKENS = 200

/** Numbers that change by less are not written again: each write costs a sync of the disk. */
const TELLING_CHANGE = 0.03
const TELLING_SPEED_CHANGE = 0.25

/** What one reply showed. */
export interface ReplyFindings {
  learned: Learned[]
  /** Names on the wire. */
  refusedFields: string[]
  promptTokens: number | null
}

type CutNotice = Extract<ReplyNotice, { type: 'prompt-cut' }>

/** What a person is told of a finished reply: that the server read less than was sent. */
export function cutNotice(ready: ReadyRequest, promptTokens: number | null): CutNotice | null {
  const { estimatedTokens, windowTokens } = ready.prompt.summary
  // What an image costs is not known well enough to tell.
  if (promptTokens === null || ready.images > 0) return null
  const leastTokens = () => ready.prompt.messages.reduce((tokens, { content }) => tokens + leastTokensOf(content), 0)
  if (!isPromptCut({ promptTokens, estimatedTokens, windowTokens }, leastTokens)) return null
  return { type: 'prompt-cut', promptTokens, estimatedTokens }
}

/** Keeps what a reply showed of its model, for all later requests. Throws what the history throws. */
export async function learnFromReply(
  history: History,
  endpointId: string,
  ready: ReadyRequest,
  { learned, refusedFields, promptTokens }: ReplyFindings,
): Promise<void> {
  const known = ready.capabilities
  const facts: Fact[] = learned
    .filter(({ capability, value }) => capability !== 'prefill-speed' || isNews(known, 'prefill-speed', value))
    .map(({ capability, value }) => ({ name: capability, value }))
  if (refusedFields.length > 0) {
    const former = capabilityOf(known, 'refused-fields') ?? []
    facts.push({ name: 'refused-fields', value: [...new Set([...former, ...refusedFields])].sort() })
  }
  const cut = cutNotice(ready, promptTokens)
  if (cut !== null) {
    const window = windowOfCut(cut)
    // A window that is larger than what was believed in would send even more.
    if (window < ready.window.tokens) facts.push({ name: 'window', value: window })
  } else facts.push(...ratioOf(ready, promptTokens))
  if (facts.length > 0) await learn(history, endpointId, ready.model, 'learned', facts)
}

function ratioOf(ready: ReadyRequest, promptTokens: number | null): Fact[] {
  if (promptTokens === null || promptTokens < LEAST_PROMPT_TOKENS || ready.images > 0) return []
  const former = ready.window.tokenRatio
  const shown = (promptTokens * (former ?? 1)) / Math.max(1, ready.prompt.summary.estimatedTokens)
  const value = former === undefined ? shown : former + RATIO_WEIGHT * (shown - former)
  const isNew = former === undefined || Math.abs(value - former) > TELLING_CHANGE * former
  return isNew ? [{ name: 'token-ratio', value }] : []
}

function isNews(known: readonly Capability[], name: 'prefill-speed', value: unknown): boolean {
  const former = capabilityOf(known, name)
  return former === undefined || Math.abs(Number(value) - former) > TELLING_SPEED_CHANGE * former
}
