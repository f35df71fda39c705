import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { losePower, type PowerFailure, recordScenario } from './lose-power.ts'
import { bundleScenarios, unsynced } from './program/bundle.ts'
import { scenarioNames, scenarioSettings } from './scenario-settings.ts'
import { countOf, seedOf } from './storm.ts'

/** States for each recording, so that several runs of each scenario are tried. */
const RECORDINGS = 3

async function loseAll(programs: string, states: number, seed: number): Promise<PowerFailure[]> {
  const count = Math.ceil(states / scenarioNames.length / RECORDINGS)
  const failures: PowerFailure[] = []
  for (let turn = 0; turn < RECORDINGS; turn += 1) {
    for (const scenario of scenarioNames) {
      const { rounds } = scenarioSettings[scenario]
      const recording = await recordScenario({ programs, scenario, rounds: rounds * (turn + 1), seed: seed + turn })
      failures.push(...(await losePower(recording, { count, seed: seed + turn })))
      recording.remove()
    }
  }
  return failures
}

it('loses nothing that was acknowledged in thousands of states that a power failure may leave', async () => {
  const [states, seed] = [countOf(2000), seedOf()]
  const programs = await bundleScenarios()
  const failures = await loseAll(programs, states, seed)
  rmSync(programs, { recursive: true })
  console.log(
    `power failures: ${states} states over ${scenarioNames.join(', ')}, seed ${seed}: ${failures.length} wrong`,
  )
  expect(failures.slice(0, 5)).toEqual([])
})

it('is seen to lose messages when commits do not wait for the disk', async () => {
  const [states, seed] = [countOf(300), seedOf()]
  const programs = await bundleScenarios([unsynced])
  const recording = await recordScenario({ programs, scenario: 'chat', rounds: 3, seed })
  const failures = await losePower(recording, { count: states, seed })
  recording.remove()
  rmSync(programs, { recursive: true })
  const lost = failures.filter(({ problems }) => problems.some((problem) => problem.startsWith('lost')))
  console.log(
    `power failures without waiting for the disk: ${lost.length} of ${states} states lost something, seed ${seed}`,
  )
  expect(lost.length).toBeGreaterThan(0)
})
