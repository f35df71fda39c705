/** How much is written while it is counted. */

/** A question and its answer each: two durable messages. */
export const EXCHANGES = 200

/** 300 words a second. */
export const TICK_MS = 10
export const WORDS_PER_TICK = 3
export const STREAM_TICKS = 150

/** Until the index has taken in what was written. */
export const QUIET_MS = 700
