import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { replyEvents } from '../../../../tests/fakes/fake-fault.ts'
import { cutBytes, cutSizes, hostileBytes } from '../../../../tests/fakes/hostile-bytes.ts'
import { readWholeAnswer } from '../../../../tests/fakes/read-whole-answer.ts'

describe('twenty thousand hostile streams', () => {
  it('mean the same however they are cut, and are well-formed', async () => {
    await fc.assert(
      fc.asyncProperty(hostileBytes, cutSizes, async (bytes, sizes) => {
        const whole = await readWholeAnswer([bytes])
        expect(await readWholeAnswer(cutBytes(bytes, sizes))).toEqual(whole)
        expect(/\p{Cs}/u.test(whole.text + whole.reasoning)).toBe(false)
      }),
      { numRuns: 20_000 },
    )
  })

  it('leave no text out when a good stream is cut at any byte', async () => {
    const bytes = Buffer.from(replyEvents(['Hällo ', '🌍', ' <think>', '\u0000 end']).join(''))
    const whole = await readWholeAnswer([bytes])
    for (let at = 0; at <= bytes.length; at += 1) {
      const part = await readWholeAnswer([bytes.subarray(0, at)])
      expect(whole.text.startsWith(part.text)).toBe(true)
      expect(await readWholeAnswer([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole)
    }
  })
})
