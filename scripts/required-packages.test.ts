import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { projectRoot } from './build.ts'
import { findPackageProblems, requiredPackages } from './required-packages.ts'

describe('the required packages', () => {
  let copy: string

  beforeEach(() => {
    copy = mkdtempSync(join(tmpdir(), 'alcove-packages-'))
    for (const name of ['package.json', 'electron', 'renderer', 'shared', 'scripts', 'tests']) {
      cpSync(join(projectRoot, name), join(copy, name), { recursive: true })
    }
  })
  afterEach(() => rmSync(copy, { recursive: true }))

  it('are all listed and used', () => {
    expect(findPackageProblems(projectRoot)).toEqual([])
  })

  it.each(requiredPackages)('are missed when %s is not listed', (name) => {
    const file = join(copy, 'package.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace(`"${name}":`, `"not-${name}":`))
    expect(findPackageProblems(copy)).toContain(`${name} is not in package.json`)
  })

  it.each(requiredPackages)('are missed when no source uses %s', (name) => {
    for (const file of readdirSync(copy, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /\.tsx?$/.test(path),
    )) {
      const source = readFileSync(join(copy, file), 'utf8')
      writeFileSync(join(copy, file), source.replace(new RegExp(`(['"])${name}(?=[/'"])`, 'g'), `$1not-${name}`))
    }
    expect(findPackageProblems(copy)).toContain(`${name} is not used in the sources`)
  })
})
