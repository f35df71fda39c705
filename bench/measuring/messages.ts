import type { BeginReplyArgs } from '../../electron/history/begin-reply.ts'
import type { FinishReplyArgs } from '../../electron/history/replies.ts'

/** About 520 bytes, as long as a message usually is. */
export const TEXT = 'A message that somebody might have written. '.repeat(12)

/** Everything about sending `TEXT` but the conversation. */
export function sending(): Omit<BeginReplyArgs, 'conversationId'> {
  return {
    action: { type: 'send', text: TEXT },
    model: 'small',
    endpointId: null,
    endpointName: 'Local',
    sampling: {},
    continueMode: null,
    sent: {
      strategy: 'last-messages',
      sentMessages: 20,
      leftOutMessages: 0,
      estimatedTokens: 2_600,
      windowTokens: 8_192,
      windowSource: 'server',
    },
    now: Date.now(),
  }
}

/** How a reply ends that took its time and was seen. */
export function ending(messageId: string): FinishReplyArgs {
  return {
    messageId,
    status: 'complete',
    finishReason: 'stop',
    error: null,
    model: null,
    promptTokens: 2_600,
    completionTokens: 130,
    cachedTokens: null,
    firstTokenMs: 400,
    totalMs: 5_000,
    reasoningMs: null,
    unread: false,
    now: Date.now(),
  }
}
