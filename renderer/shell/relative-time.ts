const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `5 minutes ago` up to a week, then the date in the person's format. `locale` is for tests. */
export function relativeTime(time: number, now: number, locale?: string): string {
  const age = now - time
  const words = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  if (age < MINUTE) return words.format(0, 'second')
  if (age < HOUR) return words.format(-Math.floor(age / MINUTE), 'minute')
  if (age < DAY) return words.format(-Math.floor(age / HOUR), 'hour')
  if (age < 7 * DAY) return words.format(-Math.floor(age / DAY), 'day')
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(time)
}
