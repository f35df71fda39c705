import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { guards } from './guards.ts'
import { projectRoot, removeGuard } from './run-without-guard.ts'

describe('the list of guards', () => {
  // Whoever changes a guard changes its entry too; test:storm then takes each one out and runs its tests.
  it.each(guards)('finds in the sources: $guards', ({ file, find, replace, tests }) => {
    const source = readFileSync(join(projectRoot, file), 'utf8')
    expect(removeGuard(source, { find, replace })).not.toBe(source)
    expect(tests.filter((test) => !existsSync(join(projectRoot, test)))).toEqual([])
  })

  it('names each guard once', () => {
    const names = guards.map((guard) => guard.guards)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it('refuses a guard that is not there, or there twice', () => {
    expect(() => removeGuard('a b a', { find: 'a', replace: '' })).toThrow('found 2 times')
    expect(() => removeGuard('a b a', { find: 'c', replace: '' })).toThrow('found 0 times')
  })
})
