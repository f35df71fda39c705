/** Calls what it is given at most ten times a second; what comes in between is dropped. */
export function everyTenthOfASecond(): (tell: () => void) => void {
  let last = Number.NEGATIVE_INFINITY
  return (tell) => {
    const now = performance.now()
    if (now - last < 100) return
    last = now
    tell()
  }
}

export interface ExportProgress {
  conversations: number
  messages: number
  /** Only there where something could not be read: how many conversations and messages have but a place in the file. */
  unreadable?: { conversations: number; messages: number; others: number }
}

/** Notes that a conversation's own row, a message, or something else (an attachment, a folder) could not be read. */
export function countUnreadable(progress: ExportProgress, what: 'conversations' | 'messages' | 'others'): void {
  progress.unreadable ??= { conversations: 0, messages: 0, others: 0 }
  progress.unreadable[what] += 1
}
