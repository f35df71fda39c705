import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SourceChange } from '../../electron/history/testing/bundle-for-node.ts'
import { losePower, losePowerWhileOpening, recordScenario } from './lose-power.ts'
import { answeredEarly, bundleScenarios, unsynced } from './program/bundle.ts'
import { scenarioNames, scenarioSettings } from './scenario-settings.ts'

let programs = ''
beforeAll(async () => {
  programs = await bundleScenarios()
})
afterAll(() => rmSync(programs, { recursive: true }))

describe('the store after a power failure', () => {
  it.each(scenarioNames)('has all that was acknowledged while it did: %s', async (scenario) => {
    const { rounds, states } = scenarioSettings[scenario]
    const recording = await recordScenario({ programs, scenario, rounds, seed: 1 })
    expect(await losePower(recording, { count: states, seed: 1 })).toEqual([])
    recording.remove()
  })

  it('can be opened whenever the first start of all was cut off', async () => {
    const recording = await recordScenario({ programs, scenario: 'delete', rounds: 1, seed: 1 })
    expect(await losePowerWhileOpening(recording, { count: 30, seed: 1 })).toEqual([])
    recording.remove()
  })

  it.each([
    ['commits do not wait for the disk', unsynced],
    ['calls are answered before they are committed', answeredEarly],
  ] satisfies Array<[string, SourceChange]>)('is seen to lose messages when %s', async (_, change) => {
    const broken = await bundleScenarios([change])
    const recording = await recordScenario({ programs: broken, scenario: 'delete', rounds: 3, seed: 1 })
    const failures = await losePower(recording, { count: 30, seed: 1 })
    expect(failures.flatMap(({ problems }) => problems).join()).toMatch(/lost|by half/)
    recording.remove()
    rmSync(broken, { recursive: true })
  })
})
