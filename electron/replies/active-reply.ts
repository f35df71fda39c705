import type { StreamPart } from '../../shared/contract-types.ts'
import type { Message } from '../../shared/record-types.ts'

type ReplyPart = StreamPart<'replies.watch'>
type Progress = Extract<ReplyPart, { type: 'progress' }>

/** Why a reply was ended from here, as the abort reason of its signal. */
export type EndCause = 'stop' | 'quit'

/** A reply while main is receiving it. Windows come and go; it stays. */
export interface ActiveReply {
  readonly replyId: string
  readonly conversationId: string
  readonly controller: AbortController
  text: string
  reasoning: string
  progress: Progress
  /** How many transcripts show it right now; a reply that nobody watched ends as unread. */
  watchers: number
  /** The stored message once the reply has ended. */
  ended: Message | undefined
  /** Set when the reply could not even be stored; watchers get it thrown. */
  failure: unknown
  /** Calls everyone who is watching. */
  changed(): void
  /** Resolves at the next change, or when `signal` aborts. */
  nextChange(signal: AbortSignal): Promise<void>
}

/** A new reply; a continued one starts from the text it has. */
export function createActiveReply(
  ids: { replyId: string; conversationId: string },
  start: { text: string; reasoning: string },
): ActiveReply {
  const waiting = new Set<() => void>()
  return {
    ...ids,
    ...start,
    controller: new AbortController(),
    progress: { type: 'progress', phase: 'connecting', processed: null, total: null, tokensPerSecond: null },
    watchers: 0,
    ended: undefined,
    failure: undefined,
    changed() {
      for (const wake of waiting) wake()
      waiting.clear()
    },
    nextChange(signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const wake = () => {
        waiting.delete(wake)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
      if (signal.aborted) wake()
      return promise
    },
  }
}
