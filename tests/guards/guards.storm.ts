// Each guard is taken out of a copy of the sources, and some test that is named for it must fail.
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guards } from './guards.ts'
import { copySources, type Guard, type Outcome, runTests, runWithout } from './run-without-guard.ts'

/** Copies, and so guards that are out at the same time. */
const LANES = 2

let copies: string[] = []
/** Each copy again as soon as nothing runs in it. */
let lanes: Promise<string>[] = []

beforeAll(async () => {
  copies = await Promise.all(Array.from({ length: LANES }, copySources))
  lanes = copies.map((copy) => Promise.resolve(copy))
})

afterAll(async () => {
  for (const copy of copies) await rm(copy, { recursive: true, force: true })
})

/** One after the other in each copy; vitest begins more tests at once than there are copies. */
async function inCopy(work: (copy: string) => Promise<Outcome>): Promise<Outcome> {
  const lane = lanes.shift()
  if (!lane) throw new Error('there is no copy')
  const done = lane.then(async (copy) => ({ copy, outcome: await work(copy) }))
  lanes.push(done.then(({ copy }) => copy).catch(() => lane))
  return (await done).outcome
}

const planted: Guard = {
  guards: 'nothing',
  file: 'electron/headless/parse-command.ts',
  find: 'There is no command.',
  replace: 'There is no command!',
  tests: ['electron/headless/parse-command.test.ts'],
}

describe('with every guard in its place', () => {
  it('the tests that are named for the guards pass', async () => {
    const files = [...new Set(guards.flatMap(({ tests }) => tests))]
    const { passed, failed, output } = await inCopy((copy) => runTests(copy, files))
    expect({ failed, output: failed > 0 ? output : '' }).toEqual({ failed: 0, output: '' })
    expect(passed).toBeGreaterThan(guards.length)
  })

  it('a change that no test notices, or one that no test can be run with, is not taken for a guard', async () => {
    const unnoticed = await inCopy((copy) => runWithout(copy, planted))
    expect({ failed: unnoticed.failed, ran: unnoticed.passed > 0 }).toEqual({ failed: 0, ran: true })
    const broken = await inCopy((copy) => runWithout(copy, { ...planted, replace: "'" }))
    expect({ failed: broken.failed, passed: broken.passed }).toEqual({ failed: 0, passed: 0 })
  })
})

describe.concurrent('without a guard some test fails', () => {
  it.each(guards)('$guards', async (guard) => {
    const { passed, failed, output } = await inCopy((copy) => runWithout(copy, guard))
    expect(failed > 0, `${passed} tests passed without it:\n${output}`).toBe(true)
  })
})
