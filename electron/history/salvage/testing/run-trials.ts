import { rmSync } from 'node:fs'
import path from 'node:path'
import type { SeededRandom } from '../../testing/seeded-random.ts'
import { type Damage, damageAtRandom, layOut, type TrialHistory, tryToRead, tryToSalvage } from './damage-trials.ts'

export interface TrialSummary {
  trials: number
  /** In bytes that something uses. */
  live: number
  opening: number
  check: number
  /** The log ends early, as after a power failure before the last commit was acknowledged. */
  torn: number
  /** Of the live ones. */
  unnoticed: string[]
  wrongTexts: number
  salvages: number
  /** The smallest share of texts that a salvage saved, and of how many all saved together. */
  leastSaved: number
  saved: number
  /** Over all salvages, texts lost that were not on the damaged page. */
  untouchedLost: number
  wrongSaved: number
  originalsChanged: number
  unsound: number
  refused: number
}

interface Run {
  kinds: readonly Damage['kind'][]
  trials: number
  random: SeededRandom
  /** Each how many-th trial is also salvaged. */
  salvageEach: number
}

export async function runTrials(
  history: TrialHistory,
  { kinds, trials, random, salvageEach }: Run,
): Promise<TrialSummary> {
  const summary: TrialSummary = {
    trials,
    live: 0,
    opening: 0,
    check: 0,
    torn: 0,
    unnoticed: [],
    wrongTexts: 0,
    salvages: 0,
    leastSaved: 1,
    saved: 0,
    untouchedLost: 0,
    wrongSaved: 0,
    originalsChanged: 0,
    unsound: 0,
    refused: 0,
  }
  let saved = 0
  for (let index = 0; index < trials; index += 1) {
    const damage = damageAtRandom(history, random, random.pick(kinds))
    const file = layOut(history, damage, 'trial')
    const trial = tryToRead(history, damage, file)
    summary.wrongTexts += trial.wrong
    if (!trial.isDead) summary.live += 1
    if (trial.noticed !== 'no') summary[trial.noticed] += 1
    else if (!trial.isDead) summary.unnoticed.push(`${damage.kind} at ${damage.offset} of ${damage.of}`)
    if (index % salvageEach === 0) {
      const result = await tryToSalvage(history, damage, layOut(history, damage, 'salvage'))
      const share = result.recovered / history.texts.size
      summary.salvages += 1
      summary.untouchedLost += result.untouchedLost
      summary.wrongSaved += result.wrong
      summary.originalsChanged += result.isOriginalKept ? 0 : 1
      summary.unsound += result.isSound ? 0 : 1
      summary.refused += result.isRefused ? 1 : 0
      summary.leastSaved = Math.min(summary.leastSaved, share)
      saved += share
    }
  }
  summary.saved = summary.salvages === 0 ? 1 : saved / summary.salvages
  for (const name of ['trial', 'salvage']) {
    rmSync(path.join(path.dirname(history.file), name), { recursive: true, force: true })
  }
  return summary
}
