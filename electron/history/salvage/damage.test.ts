import { describe, expect, it } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { buildTrialHistory } from './testing/damage-trials.ts'
import { runTrials } from './testing/run-trials.ts'

const SEED = 20_261_124

const nothingWrong = { wrongTexts: 0, untouchedLost: 0, wrongSaved: 0, originalsChanged: 0, unsound: 0 }

describe('damage at random places', () => {
  it.each([
    ['the file', false],
    ['the file and its log', true],
  ])('of one bit of %s is always noticed, never a wrong text, and the rest is saved', async (_, withLog) => {
    const history = buildTrialHistory({ conversations: 60, withLog })
    const run = { kinds: ['flip'] as const, trials: 50, random: seededRandom(SEED), salvageEach: 10 }
    const summary = await runTrials(history, run)
    expect(summary).toMatchObject({ ...nothingWrong, unnoticed: [], refused: 0 })
    expect(summary.saved).toBeGreaterThan(0.9)
  })

  it('of a cut, emptied or foreign page gives no wrong text, and something is saved', async () => {
    const history = buildTrialHistory({ conversations: 60, withLog: true })
    const kinds = ['cut', 'zeros', 'foreign'] as const
    const summary = await runTrials(history, { kinds, trials: 20, random: seededRandom(SEED), salvageEach: 5 })
    expect(summary).toMatchObject(nothingWrong)
  })
})
