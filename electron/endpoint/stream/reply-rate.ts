/** Pieces that came within this time tell how fast a reply is being written. */
const SPAN_MS = 2_000
const TELL_EVERY_MS = 250

export interface ReplyRate {
  /** Notes that this many pieces, a token each with most servers, have come. */
  note(pieces: number): void
  /** Tokens per second lately; null when it is too early to say, or was said less than a quarter of a second ago. */
  news(): number | null
}

/** How fast a reply comes, from the pieces of the last two seconds. `now`: milliseconds of any steady clock. */
export function createReplyRate(now: () => number = () => performance.now()): ReplyRate {
  const came: { at: number; pieces: number }[] = []
  let toldAt = Number.NEGATIVE_INFINITY
  return {
    note(pieces) {
      if (pieces > 0) came.push({ at: now(), pieces })
    },
    news() {
      const at = now()
      while (came[0] && came[0].at < at - SPAN_MS) came.shift()
      const first = came[0]
      if (!first || at - toldAt < TELL_EVERY_MS) return null
      const spanMs = at - first.at
      const pieces = came.reduce((sum, entry) => sum + entry.pieces, 0) - first.pieces
      if (spanMs < TELL_EVERY_MS || pieces === 0) return null
      toldAt = at
      return (pieces * 1_000) / spanMs
    },
  }
}
