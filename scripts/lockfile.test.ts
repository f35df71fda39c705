import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from './build.ts'

type Entry = { optionalDependencies?: Record<string, string> }
type Lockfile = { packages: Record<string, Entry> }

const text = readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')

/** npm leaves out the packages for other platforms when its registry does not know them, and `npm ci` then refuses. */
function missingOptionalPackages({ packages }: Lockfile): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isFound(packages, path, name)),
  )
}

function isFound(packages: Lockfile['packages'], path: string, name: string): boolean {
  if (`${path}${path && '/'}node_modules/${name}` in packages) return true
  return path !== '' && isFound(packages, path.replace(/\/?node_modules\/(@[^/]+\/)?[^/]+$/, ''), name)
}

describe('the lockfile', () => {
  it('names the packages of every platform', () => {
    expect(missingOptionalPackages(JSON.parse(text))).toEqual([])
  })

  it('is refused when one is left out', () => {
    const { packages } = JSON.parse(text) as Lockfile
    delete packages['node_modules/@biomejs/cli-darwin-arm64']
    expect(missingOptionalPackages({ packages })).toEqual(['@biomejs/cli-darwin-arm64'])
  })

  it('takes packages from whatever registry npm is set to', () => {
    expect(text).not.toContain('"resolved": "http')
  })
})
