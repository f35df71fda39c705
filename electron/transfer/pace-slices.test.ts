import { describe, expect, it } from 'vitest'
import { createPace } from './pace-slices.ts'

/** The sizes of slices on a machine where one unit takes so long. */
function sizes(unitMs: number, slices: number, commitMs = 0): number[] {
  const pace = createPace()
  return Array.from({ length: slices }, () => {
    const size = pace.limit()
    pace.took(size, commitMs + size * unitMs)
    return size
  })
}

describe('the size of the slices of an import', () => {
  it('comes to what takes ten milliseconds, on a fast machine and on a slow one', () => {
    for (const unitMs of [0.01, 0.03, 0.1, 0.3]) {
      expect(Math.round((sizes(unitMs, 20).at(-1) ?? 0) * unitMs)).toBe(10)
    }
  })

  it('grows step by step, so that a first guess that is far off never holds the history for long', () => {
    const grown = sizes(0.001, 20)
    for (const [index, size] of grown.entries()) expect(size).toBeLessThanOrEqual((grown[index - 1] ?? 100) * 1.5)
  })

  it('does not shrink to nothing where a commit alone takes longer', () => {
    expect(sizes(0.03, 20, 200).at(-1)).toBe(25)
  })

  it('does not forget how large a slice may be because the last one was small', () => {
    const pace = createPace()
    pace.took(3, 0.1)
    expect(pace.limit()).toBe(100)
  })
})
