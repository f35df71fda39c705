import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceChange } from '../../electron/history/testing/bundle-for-node.ts'
import { losePower, recordScenario } from './lose-power.ts'
import { answeredEarly, bundleScenarios, unsynced } from './program/bundle.ts'
import type { ScenarioName } from './program/scenarios.ts'

const STATES: Partial<Record<ScenarioName, { rounds: number; count: number }>> = {
  chat: { rounds: 2, count: 40 },
  import: { rounds: 2, count: 40 },
  delete: { rounds: 4, count: 40 },
}

let programs = ''
beforeAll(async () => {
  programs = await bundleScenarios()
})
afterAll(() => rmSync(programs, { recursive: true }))

describe('the store after a power failure', () => {
  it.each(Object.entries(STATES))(
    'has all that was acknowledged while it did: %s',
    async (scenario, { rounds, count }) => {
      const recording = await recordScenario({ programs, scenario: scenario as ScenarioName, rounds, seed: 1 })
      expect(await losePower(recording, { count, seed: 1 })).toEqual({ states: count, failures: [] })
      recording.remove()
    },
  )

  it.each([
    ['commits do not wait for the disk', unsynced],
    ['calls are answered before they are committed', answeredEarly],
  ] satisfies Array<[string, SourceChange]>)('is seen to lose messages when %s', async (_, change) => {
    const broken = await bundleScenarios([change])
    const recording = await recordScenario({ programs: broken, scenario: 'delete', rounds: 3, seed: 1 })
    const { failures } = await losePower(recording, { count: 30, seed: 1 })
    expect(failures.flatMap(({ problems }) => problems).join()).toContain('lost the message')
    recording.remove()
    rmSync(broken, { recursive: true })
  })
})
