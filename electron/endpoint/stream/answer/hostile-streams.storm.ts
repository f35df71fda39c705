import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutBytes, cutSizes, hostileBytes } from '../../../../tests/fakes/hostile-bytes.ts'
import { readWholeAnswer } from '../../../../tests/fakes/read-whole-answer.ts'
import { withstandStreams } from '../../../../tests/fakes/withstand-streams.ts'

it('means by a hundred thousand other streams each time what a simple reader of all their bytes does', async () => {
  // A failure names the seed of its stream.
  const verdicts = await withstandStreams(randomInt(1_000_000_000), 100_000, 200)
  expect(Math.min(...Object.values(verdicts))).toBeGreaterThan(2_000)
})

it('means the same by twenty thousand streams of noise however they are cut, and text that storage keeps', async () => {
  await fc.assert(
    fc.asyncProperty(hostileBytes, cutSizes, async (bytes, sizes) => {
      const whole = await readWholeAnswer([bytes])
      expect(await readWholeAnswer(cutBytes(bytes, sizes))).toEqual(whole)
      expect((whole.text + whole.reasoning).isWellFormed()).toBe(true)
    }),
    { numRuns: 20_000 },
  )
})
