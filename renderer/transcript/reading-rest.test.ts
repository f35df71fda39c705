import { describe, expect, it } from 'vitest'
import { readingRest } from './reading-rest.ts'

const from = (processed: number, at: number) => ({ processed, at })

describe('readingRest', () => {
  it('goes by the speed since the first mark, so that a cached beginning does not count', () => {
    const reading = { first: from(10_000, 500), latest: from(12_000, 4_500) }
    expect(readingRest(reading, 15_000)).toBe(6_000)
  })

  it('says nothing after one mark, too short a time, or no progress', () => {
    const first = from(100, 0)
    const rests = [first, from(400, 1_999), from(100, 9_000), from(900, 9_000)].map((latest) =>
      readingRest({ first, latest }, 800),
    )
    expect(rests).toEqual([null, null, null, null])
  })

  it('is nothing at the end', () => {
    expect(readingRest({ first: from(0, 0), latest: from(800, 3_000) }, 800)).toBe(0)
  })
})
