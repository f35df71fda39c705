import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleScenarios } from './program/bundle.ts'
import { raceStarts } from './race-starts.ts'

let programs = ''
beforeAll(async () => {
  programs = await bundleScenarios()
})
afterAll(() => rmSync(programs, { recursive: true }))

describe('several starts on one data folder at the same moment', () => {
  it.each([1, 2])(
    'agree on one key at the first start, and lose nothing that any of them wrote (race %i)',
    async () => {
      const result = await raceStarts({ programs, race: 'first start', starts: 5, messages: 3 })
      expect(result).toMatchObject({ keys: 1, failed: [], problems: [] })
      expect(result.wrote).toBeGreaterThan(0)
    },
  )

  it.each([1, 2])('migrate a history once, with one backup (race %i)', async () => {
    const result = await raceStarts({ programs, race: 'migration', starts: 5, messages: 3 })
    expect(result).toMatchObject({ keys: 1, backups: 1, failed: [], problems: [] })
    expect(result.wrote).toBeGreaterThan(0)
  })
})
