import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killRepeatedly } from './kill-scenario.ts'
import { answeredEarly, bundleScenarios } from './program/bundle.ts'
import { scenarioNames, scenarioSettings } from './scenario-settings.ts'

let programs = ''
beforeAll(async () => {
  programs = await bundleScenarios()
})
afterAll(() => rmSync(programs, { recursive: true }))

describe('the store of a process killed at a random moment', () => {
  it.each(scenarioNames)('has all that was acknowledged while it did: %s', async (scenario) => {
    const results = await killRepeatedly({ programs, scenario, kills: scenarioSettings[scenario].kills, seed: 1 })
    expect(results.flatMap(({ problems }) => problems)).toEqual([])
  })

  it('is seen to lose messages when calls are answered before they are committed', async () => {
    const broken = await bundleScenarios([answeredEarly])
    const results = await killRepeatedly({ programs: broken, scenario: 'delete', kills: 3, seed: 1 })
    expect(results.flatMap(({ problems }) => problems).join()).toMatch(/lost|by half/)
    rmSync(broken, { recursive: true })
  })
})
