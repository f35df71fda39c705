const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })

/** A count with the separators of the person's language. */
export function formatCount(count: number): string {
  return whole.format(count)
}

/** Milliseconds as seconds with at most one decimal. */
export function formatSeconds(ms: number): string {
  return (ms < 10_000 ? tenths : whole).format(ms / 1_000)
}

/** Milliseconds as `42 s` or `3:05`. */
export function formatClock(ms: number): string {
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** Tokens a second, with a decimal where there are few. */
export function formatRate(tokensPerSecond: number): string {
  return (tokensPerSecond < 10 ? tenths : whole).format(tokensPerSecond)
}

/** A reply that came all at once, or a few words of one, tells nothing about speed. */
const MEASURED_FROM_MS = 50

/** Tokens a second while the reply was written (from the first token to the end); null when it cannot be told. */
export function tokensPerSecond(reply: {
  completionTokens: number | null
  firstTokenMs: number | null
  totalMs: number | null
}): string | null {
  const { completionTokens, firstTokenMs, totalMs } = reply
  if (!completionTokens || firstTokenMs === null || totalMs === null) return null
  if (totalMs - firstTokenMs < MEASURED_FROM_MS) return null
  return formatRate((completionTokens * 1_000) / (totalMs - firstTokenMs))
}
