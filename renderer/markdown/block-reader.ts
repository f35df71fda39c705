import { extendBlocks, NO_BLOCKS, normalizeLineEnds } from './split-blocks.ts'

/** Texts longer than this are never drawn as one block: it would hold the window for too long. */
const WHOLE_LIMIT = 100_000

/** A link definition or a footnote, which blocks other than its own may use. */
const SHARED = /^ {0,3}\[[^\]\n]+\]:/m

/**
 * Makes a function that gives the blocks of a growing text, reading only its end again while each text begins with
 * the former one. A finished text whose blocks refer to each other is one block.
 */
export function createBlockReader(): (text: string, isStreaming: boolean) => readonly string[] {
  let former = ''
  let split = NO_BLOCKS
  return (text, isStreaming) => {
    const current = normalizeLineEnds(text)
    if (!isStreaming && current.length <= WHOLE_LIMIT && SHARED.test(current)) return [current]
    if (current !== former) {
      split = extendBlocks(current.startsWith(former) ? split : NO_BLOCKS, current)
      former = current
    }
    return [...split.frozen, ...split.open]
  }
}
