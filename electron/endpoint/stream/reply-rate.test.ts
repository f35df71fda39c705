import { expect, it } from 'vitest'
import { createReplyRate } from './reply-rate.ts'

it('tells tokens per second of the last two seconds, at most four times a second', () => {
  let now = 0
  const rate = createReplyRate(() => now)
  const told: number[] = []
  for (; now < 5_000; now += 50) {
    // Twenty a second at first, forty later.
    rate.note(now < 2_500 ? 1 : 2)
    const news = rate.news()
    if (news !== null) told.push(Math.round(news))
  }
  expect(told[0]).toBe(20)
  expect(told.at(-1)).toBe(40)
  expect(told.length).toBeLessThanOrEqual(20)
  now = 20_000
  expect(rate.news()).toBeNull()
})

it('says nothing of a reply that came all at once', () => {
  const rate = createReplyRate(() => 0)
  rate.note(500)
  expect(rate.news()).toBeNull()
})
