import type { Reading } from './reply-stream.ts'

/** What is told of a shorter time is chance. */
const MEASURED_FROM_MS = 2_000

/**
 * Milliseconds until a prompt of `total` tokens is read, if the rest goes as fast as what was read before our eyes; null
 * until that can be told. What a server took from its cache was there at the first mark and counts as no speed.
 */
export function readingRest({ first, latest }: Reading, total: number): number | null {
  const readMs = latest.at - first.at
  const readTokens = latest.processed - first.processed
  if (readMs < MEASURED_FROM_MS || readTokens <= 0 || latest.processed > total) return null
  return ((total - latest.processed) * readMs) / readTokens
}
