/** What the long tests have in common: how much they do, with which seed, and how they tell it. */

/** As many as the test asks for, or the share of them that ALCOVE_STORM_SHARE (0 to 1) leaves. */
export function countOf(full: number): number {
  return Math.max(1, Math.round(full * Number(process.env.ALCOVE_STORM_SHARE ?? 1)))
}

/** A new one each time, printed by the test, or the one of ALCOVE_STORM_SEED to see a run again. */
export function seedOf(): number {
  return Number(process.env.ALCOVE_STORM_SEED ?? Math.floor(Math.random() * 1e9))
}

/** With one decimal place. */
export function percentile(values: readonly number[], percent: number): string {
  const sorted = [...values].sort((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))
  return (sorted[at] ?? 0).toFixed(1)
}
