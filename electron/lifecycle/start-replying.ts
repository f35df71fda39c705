import { createIdleQueue, type IdleQueue } from '../background/idle-queue.ts'
import type { History } from '../history/history.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { createReplies, type Replies } from '../replies/replies.ts'
import { createTitles, logFailedTitle, type Titles } from '../titles/titles.ts'

/** Replies, and the work that gives way to them. */
export interface Replying {
  replies: Replies
  /** Hears of everything the person does, and works in between. */
  background: IdleQueue
  titles: Titles
  /** Ends replies as interrupted with their text saved, ends background work, and waits for both. */
  stopReplying(): Promise<void>
}

interface ReplyingOptions {
  history: History
  keys: KeyStore
  /** Hears how many replies are being received, each time that changes. */
  onCount(count: number): void
  /** How long nothing may have happened before background work begins; tests shorten it. */
  idleMs?: number
}

export function startReplying({ history, keys, onCount, ...idle }: ReplyingOptions): Replying {
  const background = createIdleQueue({ isBusy: () => replies.count() > 0, onFailed: logFailedTitle, ...idle })
  const titles = createTitles({ history, keys, queue: background })
  const replies = createReplies({
    history,
    keys,
    onStart: background.noteActivity,
    onCount(count) {
      background.noteActivity()
      onCount(count)
    },
    onAnswered: titles.noteAnswer,
  })
  return {
    replies,
    background,
    titles,
    stopReplying: async () => void (await Promise.all([background.stop(), replies.interruptAll()])),
  }
}
