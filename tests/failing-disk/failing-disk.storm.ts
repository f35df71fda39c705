import { rmSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { countOf } from '../durability/storm.ts'
import type { CallClass, Fault } from '../faults/disk-shim.ts'
import { bundleProgram, type FaultRun, runFaults } from './run-faults.ts'

let programs = ''
beforeAll(async () => {
  programs = await bundleProgram()
  return () => rmSync(programs, { recursive: true })
})

const fullWhile: CallClass[] = ['write', 'open', 'sync', 'truncate']
const classes: CallClass[] = ['open', 'read', 'write', 'sync', 'truncate', 'unlink', 'rename', 'mkdir', 'link', 'map']
const HOUR_MS = 3_600_000

interface Run {
  name: CallClass
  error: Fault['error']
  forever: boolean
  existing: boolean
}

const runs: Run[] = [
  ...classes.flatMap<Run>((name) => [
    { name, error: 'EIO', forever: false, existing: true },
    { name, error: 'EIO', forever: true, existing: true },
    { name, error: 'EIO', forever: false, existing: false },
  ]),
  ...fullWhile.flatMap<Run>((name) => [
    { name, error: 'ENOSPC', forever: false, existing: true },
    { name, error: 'ENOSPC', forever: true, existing: true },
  ]),
  { name: 'write', error: 'EROFS', forever: true, existing: true },
  { name: 'open', error: 'EROFS', forever: true, existing: true },
]

describe('a disk whose n-th call fails, for every n', () => {
  it('makes no step lie, crash or lose anything, and works again in the same process', {
    timeout: HOUR_MS,
  }, async () => {
    // Every call in a whole storm, else one in so many.
    const stride = Math.max(1, Math.round(1 / (countOf(1000) / 1000)))
    const wrong: unknown[] = []
    const counts = new Map<string, number>()
    const left = [...runs]
    const take = async (): Promise<void> => {
      for (let order = left.shift(); order; order = left.shift()) {
        const { name, ...rest } = order
        const result: FaultRun = await runFaults(programs, {
          ...rest,
          classes: [name],
          onlyOpening: false,
          first: 1,
          stride,
        })
        counts.set(name, (counts.get(name) ?? 0) + result.outcomes.length)
        const failed = result.outcomes.filter(({ problems }) => problems.length > 0)
        if (result.crash || failed.length > 0) wrong.push({ order, crash: result.crash, failed })
      }
    }
    await Promise.all([take(), take()])
    const summary = [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
    console.log(`failing calls: ${summary}; with something wrong: ${wrong.length}`)
    expect(wrong).toEqual([])
    expect([...counts.keys()].toSorted()).toEqual(classes.toSorted())
  })
})
