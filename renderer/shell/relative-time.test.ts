import { expect, it } from 'vitest'
import { relativeTime } from './relative-time.ts'

it('is relative up to a week, then a date', () => {
  const now = new Date(2026, 10, 24, 12).getTime()
  const minutes = [-5, 0, 5, 59, 60, 23 * 60, 24 * 60, 6 * 24 * 60, 7 * 24 * 60]
  expect(minutes.map((ago) => relativeTime(now - ago * 60_000, now, 'en'))).toEqual([
    'now',
    'now',
    '5 minutes ago',
    '59 minutes ago',
    '1 hour ago',
    '23 hours ago',
    'yesterday',
    '6 days ago',
    'Nov 17, 2026',
  ])
})
