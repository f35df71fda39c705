import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { formatCount, formatSeconds, tokensPerSecond } from './format-numbers.ts'

/** What is known of how a reply was made, as one short line; empty when nothing is. */
export function replyFacts(reply: Message): string {
  const speed = tokensPerSecond(reply)
  return [
    reply.model,
    reply.completionTokens !== null &&
      t('transcript.factTokens', { count: reply.completionTokens, formatted: formatCount(reply.completionTokens) }),
    speed !== null && t('transcript.factSpeed', { speed }),
    isUnusual(reply.finishReason) && t('transcript.factFinish', { reason: reply.finishReason }),
    reply.firstTokenMs !== null &&
      reply.firstTokenMs >= 50 &&
      t('transcript.factFirst', { seconds: formatSeconds(reply.firstTokenMs) }),
  ]
    .filter(Boolean)
    .join(' · ')
}

/** The usual end, in the words of several servers, and what has a sentence of its own beside the reply. */
const TOLD_ELSEWHERE = new Set(
  'stop eos eos_token end_turn stop_sequence length content_filter tool_calls function_call'.split(' '),
)

/** What has no sentence of its own is told as the server said it. */
function isUnusual(finishReason: string | null): boolean {
  return finishReason !== null && !TOLD_ELSEWHERE.has(finishReason)
}
