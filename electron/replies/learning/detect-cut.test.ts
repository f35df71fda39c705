import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isPromptCut, leastTokensOf, windowOfCut } from './detect-cut.ts'

/** Of texts in which every word is a token. */
const manyWords = () => Number.MAX_SAFE_INTEGER

it.each([
  [4096, 2050, 2_300],
  [8192, 4098, 4_600],
  [4096, 2051, 2_300],
])('knows the cut that Ollama makes in a window of %i', (windowTokens, promptTokens, estimatedTokens) => {
  expect(isPromptCut({ promptTokens, estimatedTokens, windowTokens }, manyWords)).toBe(true)
})

it('never takes an estimate that errs by a fifth for a cut', () => {
  const counts = fc.record({
    real: fc.integer({ min: 1, max: 200_000 }),
    error: fc.double({ min: 0.8, max: 1.25, noNaN: true }),
  })
  fc.assert(
    fc.property(counts, ({ real, error }) => {
      const estimatedTokens = Math.round(real * error)
      // Half of this window is never met.
      expect(isPromptCut({ promptTokens: real, estimatedTokens, windowTokens: 1_000_000 }, manyWords)).toBe(false)
    }),
  )
})

it('never takes a calibrated estimate for a cut, in whatever window', () => {
  const counts = fc.record({
    real: fc.integer({ min: 1, max: 200_000 }),
    error: fc.double({ min: 0.95, max: 1.05, noNaN: true }),
    kept: fc.constantFrom(4, 5),
  })
  fc.assert(
    fc.property(counts, ({ real, error, kept }) => {
      const counted = { promptTokens: real, estimatedTokens: Math.round(real * error) }
      expect(isPromptCut({ ...counted, windowTokens: 2 * real - kept }, manyWords)).toBe(false)
    }),
  )
})

it('never takes a server that counts only what it had not cached for one that cuts', () => {
  const counts = fc.record({
    newTokens: fc.integer({ min: 0, max: 999 }),
    estimatedTokens: fc.integer({ min: 0, max: 200_000 }),
    windowTokens: fc.integer({ min: 256, max: 262_144 }),
  })
  fc.assert(
    fc.property(counts, ({ newTokens, ...counted }) => {
      expect(isPromptCut({ ...counted, promptTokens: newTokens }, manyWords)).toBe(false)
    }),
  )
})

it('finds whatever was cut by a third or more', () => {
  const counts = fc.record({
    estimatedTokens: fc.integer({ min: 2_000, max: 200_000 }),
    share: fc.double({ min: 0.01, max: 0.66, noNaN: true }),
  })
  fc.assert(
    fc.property(counts, ({ estimatedTokens, share }) => {
      const promptTokens = Math.max(1_000, Math.ceil(estimatedTokens * share))
      expect(isPromptCut({ promptTokens, estimatedTokens, windowTokens: 4096 }, manyWords)).toBe(true)
    }),
  )
})

it('says nothing of short prompts, and of servers that count nothing', () => {
  expect(isPromptCut({ promptTokens: 1_000, estimatedTokens: 1_001, windowTokens: 4096 }, manyWords)).toBe(false)
  expect(isPromptCut({ promptTokens: 0, estimatedTokens: 5_000, windowTokens: 4096 }, manyWords)).toBe(false)
})

it.each([
  ['twice what Ollama leaves', 2050, 5_000, 4096],
  ['no less because the estimate was a little low', 2050, 3_600, 4096],
  ['what is left, where all of it would fit into twice that', 3_900, 6_000, 3_900],
])('learns %s', (_what, promptTokens, estimatedTokens, windowTokens) => {
  expect(windowOfCut({ promptTokens, estimatedTokens })).toBe(windowTokens)
})

it('never takes a text that some vocabulary writes in few tokens for a cut', () => {
  const counts = fc.record({
    promptTokens: fc.integer({ min: 1_000, max: 200_000 }),
    estimatedTokens: fc.integer({ min: 1_000, max: 400_000 }),
  })
  fc.assert(
    fc.property(counts, ({ promptTokens, estimatedTokens }) => {
      expect(isPromptCut({ promptTokens, estimatedTokens, windowTokens: 1_000_000 }, () => promptTokens)).toBe(false)
    }),
  )
})

// The second number: the fewest that the vocabularies o200k, cl100k and Llama 3 make of it, counted with them.
it.each<[string, string, number, number]>([
  ['English', 'The harbour was quiet and the boats lay still. ', 9, 11],
  ['German', 'Die Abendsonne stand über den Lagerhäusern. ', 6, 12],
  ['Chinese', '港口很安静，船只静静地停泊着。', 5, 15],
  ['Korean', '항구는 조용했고 배들은 가만히 있었다.', 6, 13],
  ['Russian', 'В гавани было тихо, и лодки стояли неподвижно. ', 8, 17],
  ['a row of dashes', '-'.repeat(80), 0, 1],
])('counts %s too low rather than too high', (_what, text, least, real) => {
  expect(leastTokensOf(text)).toBe(least)
  expect(least).toBeLessThan(real)
})
