export interface Chunk {
  messageId: string
  text: string
  reasoning: string
}

/** From a chunk's arrival to its write at the latest; the commit itself fits in what is left of the promised 250 ms. */
const WRITE_AFTER_MS = 200

export interface ChunkWriter {
  add(messageId: string, delta: { text?: string; reasoning?: string }): void
  /** Waits until all that was added is on disk; rejects if it could not be written. What could not be is tried again. */
  flush(): Promise<void>
  /** Gives up what is still not written of a reply that has ended. */
  forget(messageId: string): void
}

/**
 * Collects the streamed text of all replies and writes it in one transaction at most every 200 ms, so that the number
 * of commits does not grow with the number of replies or the speed of the server.
 */
export function createChunkWriter(
  write: (chunks: Chunk[]) => Promise<unknown>,
  onFailure: (messageIds: string[], error: unknown) => void,
): ChunkWriter {
  let waiting = new Map<string, Chunk>()
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  const writeWaiting = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const done = writing.then(writeNow)
    // The next write starts whatever became of this one; whose it was hears of it.
    writing = done.catch(() => {})
    return done
  }

  const writeNow = async (): Promise<void> => {
    if (waiting.size === 0) return
    const chunks = [...waiting.values()]
    waiting = new Map()
    try {
      await write(chunks)
    } catch (error) {
      // Before what came meanwhile: stored without it, that would be a text with a hole.
      const later = waiting
      waiting = new Map(chunks.map((chunk) => [chunk.messageId, chunk]))
      for (const { messageId, text, reasoning } of later.values()) join(messageId, text, reasoning)
      onFailure(
        chunks.map((chunk) => chunk.messageId),
        error,
      )
      throw error
    }
  }

  const join = (messageId: string, text: string, reasoning: string): void => {
    const chunk = waiting.get(messageId)
    if (chunk) {
      chunk.text += text
      chunk.reasoning += reasoning
    } else waiting.set(messageId, { messageId, text, reasoning })
  }

  return {
    add(messageId, { text = '', reasoning = '' }) {
      join(messageId, text, reasoning)
      timer ??= setTimeout(() => {
        writeWaiting().catch(() => {})
      }, WRITE_AFTER_MS)
    },
    flush: writeWaiting,
    forget: (messageId) => void waiting.delete(messageId),
  }
}
