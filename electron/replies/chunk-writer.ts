export interface Chunk {
  messageId: string
  text: string
  reasoning: string
}

/** From a chunk's arrival to its write at the latest; the commit itself fits in what is left of the promised 250 ms. */
const WRITE_AFTER_MS = 200

export interface ChunkWriter {
  add(messageId: string, delta: { text?: string; reasoning?: string }): void
  /** Waits until all that was added is on disk; rejects if it could not be written. */
  flush(): Promise<void>
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
    if (waiting.size === 0) return writing
    const chunks = [...waiting.values()]
    waiting = new Map()
    const done = writing.then(async () => {
      await write(chunks)
    })
    // The next write starts whatever became of this one; whose it was hears of it.
    writing = done.catch(() => {})
    return done.catch((error: unknown) => {
      onFailure(
        chunks.map((chunk) => chunk.messageId),
        error,
      )
      throw error
    })
  }

  return {
    add(messageId, { text = '', reasoning = '' }) {
      const chunk = waiting.get(messageId)
      if (chunk) {
        chunk.text += text
        chunk.reasoning += reasoning
      } else waiting.set(messageId, { messageId, text, reasoning })
      timer ??= setTimeout(() => {
        writeWaiting().catch(() => {})
      }, WRITE_AFTER_MS)
    },
    flush: writeWaiting,
  }
}
