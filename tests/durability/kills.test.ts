import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../faults/crash-state.ts'
import { type KillResult, killScenario, layGround } from './kill-scenario.ts'
import { answeredEarly, bundleScenarios } from './program/bundle.ts'
import type { ScenarioName } from './program/scenarios.ts'

const KILLS: Partial<Record<ScenarioName, number>> = { chat: 6, import: 4, delete: 4 }

let programs = ''
beforeAll(async () => {
  programs = await bundleScenarios()
})
afterAll(() => rmSync(programs, { recursive: true }))

async function killTimes(folder: string, scenario: ScenarioName, kills: number, seed: number): Promise<KillResult[]> {
  const random = seededRandom(seed)
  const ground = await layGround()
  const results: KillResult[] = []
  for (let kill = 0; kill < kills; kill += 1) {
    results.push(await killScenario(ground, { programs: folder, scenario, random }))
  }
  ground.remove()
  return results
}

describe('the store of a process killed at a random moment', () => {
  it.each(Object.entries(KILLS))('has all that was acknowledged while it did: %s', async (scenario, kills) => {
    const results = await killTimes(programs, scenario as ScenarioName, kills, 1)
    expect(results.flatMap(({ problems }) => problems)).toEqual([])
    expect(results.at(-1)?.acknowledged).toBeGreaterThan(10)
  })

  it('is seen to lose messages when calls are answered before they are committed', async () => {
    const broken = await bundleScenarios([answeredEarly])
    const results = await killTimes(broken, 'delete', 3, 1)
    expect(results.flatMap(({ problems }) => problems).join()).toContain('lost the message')
    rmSync(broken, { recursive: true })
  })
})
