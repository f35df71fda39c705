/** How much is written while it is counted. */

/** A question and its answer each: two durable messages. */
export const EXCHANGES = 300

/** How many replies stream at once, one measurement after the other. */
export const STREAMS = [1, 4] as const

/** 300 words a second. */
export const TICK_MS = 10
export const WORDS_PER_TICK = 3
export const STREAM_TICKS = 200
