import { rmSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Orders } from './program/fail-calls.ts'
import { bundleProgram, runFaults } from './run-faults.ts'

let programs = ''
beforeAll(async () => {
  programs = await bundleProgram()
  return () => rmSync(programs, { recursive: true })
})

type Some = Omit<Orders, 'folder' | 'outside' | 'control'>

/** How many calls failed, and what was wrong afterwards. */
async function run(
  orders: Partial<Some> & Pick<Some, 'classes' | 'error'>,
): Promise<{ count: number; wrong: unknown[] }> {
  const plain = { forever: false, existing: true, onlyOpening: false, first: 1, stride: 1 }
  const { outcomes, crash } = await runFaults(programs, { ...plain, ...orders })
  const wrong: unknown[] = outcomes.filter(({ problems }) => problems.length > 0)
  return { count: outcomes.length, wrong: crash ? [...wrong, crash] : wrong }
}

describe('a disk that fails while a history is opened', () => {
  it.each([true, false])('loses nothing of it, whichever read fails (from then on: %s)', async (forever) => {
    const { count, wrong } = await run({ classes: ['read'], error: 'EIO', onlyOpening: true, forever })
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(50)
  })
})

/** One in so many; all of them are in the storm. */
const SOME = 41

describe('a disk that fails in the course of a day', () => {
  it.each<Partial<Some> & Pick<Some, 'classes' | 'error'>>([
    { classes: ['write', 'sync', 'truncate'], error: 'EIO', stride: SOME },
    { classes: ['write', 'sync', 'truncate'], error: 'EIO', stride: SOME, forever: true },
    { classes: ['write', 'sync', 'truncate'], error: 'ENOSPC', stride: SOME, forever: true },
    { classes: ['open', 'unlink', 'rename', 'mkdir', 'link', 'map'], error: 'EIO', stride: 7 },
    { classes: ['open', 'unlink', 'rename', 'mkdir', 'link', 'map'], error: 'EIO', stride: 7, forever: true },
    { classes: ['write', 'sync', 'open'], error: 'EIO', stride: SOME, existing: false },
    { classes: ['unlink'], error: 'EIO', forever: true },
  ])('is told, and nothing is lost or left undone: %o', async (orders) => {
    const { count, wrong } = await run(orders)
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(2)
  })
})
