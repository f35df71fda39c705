import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isPromptCut, windowOfCut } from './detect-cut.ts'

it.each([
  [4096, 2050, 2_300],
  [8192, 4098, 4_500],
  [4096, 2051, 2_300],
])('knows the cut that Ollama makes in a window of %i', (windowTokens, promptTokens, estimatedTokens) => {
  expect(isPromptCut({ promptTokens, estimatedTokens, windowTokens })).toBe(true)
  expect(windowOfCut(promptTokens)).toBeGreaterThanOrEqual(windowTokens)
  expect(windowOfCut(promptTokens)).toBeLessThanOrEqual(windowTokens + 2)
})

it('never takes an estimate that errs by a fifth for a cut', () => {
  const counts = fc.record({
    real: fc.integer({ min: 1, max: 200_000 }),
    error: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
  })
  fc.assert(
    fc.property(counts, ({ real, error }) => {
      const estimatedTokens = Math.round(real * error)
      // A window that the prompt does not nearly fill twice over is never met by chance.
      expect(isPromptCut({ promptTokens: real, estimatedTokens, windowTokens: 1_000_000 })).toBe(false)
    }),
  )
})

it('finds whatever was cut by a third or more', () => {
  const counts = fc.record({
    estimatedTokens: fc.integer({ min: 1_001, max: 200_000 }),
    share: fc.double({ min: 0.01, max: 0.66, noNaN: true }),
  })
  fc.assert(
    fc.property(counts, ({ estimatedTokens, share }) => {
      const promptTokens = Math.ceil(estimatedTokens * share)
      expect(isPromptCut({ promptTokens, estimatedTokens, windowTokens: 4096 })).toBe(true)
    }),
  )
})

it('says nothing of short prompts, and of servers that count nothing', () => {
  expect(isPromptCut({ promptTokens: 10, estimatedTokens: 1_000, windowTokens: 4096 })).toBe(false)
  expect(isPromptCut({ promptTokens: 0, estimatedTokens: 5_000, windowTokens: 4096 })).toBe(false)
})
