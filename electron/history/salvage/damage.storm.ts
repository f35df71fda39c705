import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { buildTrialHistory } from './testing/damage-trials.ts'
import { noticesInPlain, writePlain } from './testing/plain-history.ts'
import { runTrials, type TrialSummary } from './testing/run-trials.ts'

const SEED = Number(process.env.ALCOVE_STORM_SEED ?? Math.floor(Math.random() * 2 ** 31))
const FLIPS = 10_000
const OTHERS = 1_000
const PLAIN_FLIPS = 300
/** On a machine that does much else besides. */
const LIMIT_MS = 3_600_000
const nothingWrong = { wrongTexts: 0, untouchedLost: 0, wrongSaved: 0, originalsChanged: 0, unsound: 0 }

function tell(what: string, { unnoticed, ...summary }: TrialSummary): void {
  console.info(`seed ${SEED}, ${what}: ${JSON.stringify({ ...summary, unnoticed: unnoticed.length })}`)
}

describe('a storm of damage', () => {
  it.each([
    ['the file', false],
    ['the file and its log', true],
  ])(
    'notices every flipped bit in use of %s, shows no wrong text, and saves the rest',
    async (what, withLog) => {
      const history = buildTrialHistory({ conversations: 150, withLog })
      const random = seededRandom(SEED)
      const summary = await runTrials(history, { kinds: ['flip'], trials: FLIPS / 2, random, salvageEach: 25 })
      tell(`flips in ${what}`, summary)
      expect(summary).toMatchObject({ ...nothingWrong, unnoticed: [], refused: 0 })
      expect(summary.saved).toBeGreaterThan(0.99)
    },
    LIMIT_MS,
  )

  it('shows no wrong text of cut, emptied and foreign pages', async () => {
    const history = buildTrialHistory({ conversations: 150, withLog: true })
    const kinds = ['cut', 'zeros', 'foreign'] as const
    const summary = await runTrials(history, { kinds, trials: OTHERS, random: seededRandom(SEED), salvageEach: 10 })
    tell('cut, emptied and foreign pages', summary)
    expect(summary).toMatchObject(nothingWrong)
  })

  it('bites: without the check that each page carries, most flips are not noticed', () => {
    const history = buildTrialHistory({ conversations: 150, withLog: false })
    const file = path.join(path.dirname(history.file), 'plain.db')
    writePlain(history, file)
    const whole = readFileSync(file)
    const random = seededRandom(SEED)
    let noticed = 0
    for (let flip = 0; flip < PLAIN_FLIPS; flip += 1) {
      const bytes = Buffer.from(whole)
      const offset = random.below(bytes.length)
      bytes[offset] = (bytes[offset] ?? 0) ^ (1 << random.below(8))
      writeFileSync(file, bytes)
      noticed += noticesInPlain(file) ? 1 : 0
    }
    console.info(`seed ${SEED}, flips in a plain file: ${noticed} of ${PLAIN_FLIPS} noticed`)
    expect(noticed / PLAIN_FLIPS).toBeLessThan(0.5)
  })
})
