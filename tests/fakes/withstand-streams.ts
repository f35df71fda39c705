import { expect } from 'vitest'
import { streamOf } from './answer-grammar.ts'
import { cutBytes } from './hostile-bytes.ts'
import { readWholeAnswer, verdictOf } from './read-whole-answer.ts'
import { referenceAnswer } from './reference-answer.ts'

/**
 * Reads the streams of `count` seeds from `firstSeed` on, whole and cut in places that the seed chooses, every 25th a byte
 * at a time, and every `eachByte`th once for each byte, cut there: each must mean what the reference says. Answers how often each verdict came. Throws
 * as `expect` does, with the seed in the message.
 */
export async function withstandStreams(
  firstSeed: number,
  count: number,
  eachByte: number,
): Promise<Record<string, number>> {
  const verdicts: Record<string, number> = {}
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const bytes = streamOf(seed)
    const expected = referenceAnswer(bytes)
    verdicts[expected.verdict] = (verdicts[expected.verdict] ?? 0) + 1
    const whole = await readWholeAnswer([bytes])
    const meaning = {
      text: whole.text,
      reasoning: expected.reasoning === null ? null : whole.reasoning,
      verdict: verdictOf(whole),
    }
    expect(meaning, `stream of seed ${seed}`).toEqual(expected)
    expect((whole.text + whole.reasoning).isWellFormed(), `stream of seed ${seed}`).toBe(true)
    const sizes = Array.from({ length: 12 }, (_, index) => (Math.imul(seed + 1, 2_654_435_761 + index) >>> 8) % 40)
    const cuts = [cutBytes(bytes, sizes)]
    if (seed % 25 === 0) cuts.push(Array.from(bytes, (byte) => Uint8Array.of(byte)))
    for (let at = 1; seed % eachByte === 0 && at < bytes.length; at += 1) {
      cuts.push([bytes.subarray(0, at), bytes.subarray(at)])
    }
    const said = JSON.stringify(whole)
    for (const pieces of cuts) {
      const cut = await readWholeAnswer(pieces)
      if (JSON.stringify(cut) === said) continue
      expect(cut, `stream of seed ${seed}, cut into ${pieces.map(({ length }) => length).join(' ')}`).toEqual(whole)
    }
  }
  return verdicts
}
