import { rmSync } from 'node:fs'
import { expect, it } from 'vitest'
import { bundleScenarios } from './program/bundle.ts'
import { type RaceResult, raceStarts } from './race-starts.ts'
import { countOf } from './storm.ts'

const STARTS_EACH = 5

it('lets two hundred racing starts agree on one key, one migration and every message', async () => {
  const races = Math.ceil(countOf(200) / STARTS_EACH)
  const programs = await bundleScenarios()
  const results: RaceResult[] = []
  for (let turn = 0; turn < races; turn += 1) {
    const race = turn % 2 === 0 ? 'first start' : 'migration'
    results.push(await raceStarts({ programs, race, starts: STARTS_EACH, messages: 3 }))
  }
  rmSync(programs, { recursive: true })
  const sum = (of: (result: RaceResult) => number) => results.reduce((total, result) => total + of(result), 0)
  console.log(
    `twins: ${races * STARTS_EACH} racing starts in ${races} races: ${sum(({ opened }) => opened)} opened, ` +
      `${sum(({ waitedInVain }) => waitedInVain)} turned away while another was at work, ${sum(({ failed }) => failed.length)} failed, ${sum(({ wrote }) => wrote)} messages written, ` +
      `${sum(({ problems }) => problems.length)} problems, ` +
      `${results.filter(({ keys }) => keys !== 1).length} races with other than one key`,
  )
  const wrong = results.filter((one) => {
    return (
      one.problems.length > 0 ||
      one.keys !== 1 ||
      one.failed.length > 0 ||
      one.opened === 0 ||
      (one.race === 'migration' && one.backups !== 1)
    )
  })
  expect(wrong).toEqual([])
})
