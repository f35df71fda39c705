import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KillResult, killRepeatedly } from './kill-scenario.ts'
import { bundleScenarios } from './program/bundle.ts'
import type { ScenarioName } from './program/scenarios.ts'
import { scenarioNames } from './scenario-settings.ts'
import { countOf, percentile, seedOf } from './storm.ts'

const AT_ONCE = 2
/** Also on a computer that does other things meanwhile. */
const LIMIT_MS = 45 * 60_000

let programs = ''
beforeAll(async () => {
  programs = await bundleScenarios()
})
afterAll(() => rmSync(programs, { recursive: true }))

/** Kills with a small share each, so that the scenarios take turns on all cores. */
async function killAll(kills: number, seed: number): Promise<KillResult[]> {
  const share = Math.ceil(kills / scenarioNames.length)
  const left: Array<{ scenario: ScenarioName; kills: number; seed: number }> = scenarioNames.map((scenario, index) => ({
    scenario,
    kills: Math.min(share, Math.max(0, kills - index * share)),
    seed: seed + index,
  }))
  const results: KillResult[] = []
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift())
      results.push(...(await killRepeatedly({ programs, ...next })))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return results
}

describe('the store of a process killed a thousand times', () => {
  it(
    'loses nothing that was acknowledged, and nothing older than 250 ms',
    async () => {
      const [kills, seed] = [countOf(1000), seedOf()]
      const results = await killAll(kills, seed)
      const wrong = results.filter(({ problems }) => problems.length > 0)
      const reopening = results.map(({ reopenMs }) => reopenMs).filter((ms) => ms > 0)
      const sum = (of: (result: KillResult) => number) => results.reduce((total, result) => total + of(result), 0)
      console.log(
        `kills: ${results.length} over ${scenarioNames.join(', ')}, seed ${seed}: ${wrong.length} with something wrong; ` +
          `${sum(({ acknowledged }) => acknowledged)} acknowledgements in all; ` +
          `${sum(({ busy }) => busy)} replies whose last commit was cut off in the disk; ` +
          `reopened in ${percentile(reopening, 50)} ms (p50), ${percentile(reopening, 95)} ms (p95)`,
      )
      expect(wrong.slice(0, 5)).toEqual([])
      expect(results).toHaveLength(kills)
    },
    LIMIT_MS,
  )
})
