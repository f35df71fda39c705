// What Alcove is built with. A package that is listed but not used, or the other way round, is a mistake.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const requiredPackages = [
  'electron',
  'electron-builder',
  'react',
  'vite',
  'better-sqlite3',
  'electron-store',
  'undici',
  'playwright',
]

const sourceFolders = ['electron', 'renderer', 'shared', 'scripts', 'tests']

/** One sentence for each required package that package.json or the sources lack. */
export function findPackageProblems(root: string): string[] {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const sources = readSources(root)
  return requiredPackages.flatMap((name) => [
    ...(name in { ...dependencies, ...devDependencies } ? [] : [`${name} is not in package.json`]),
    ...(sources.some((source) => imports(source, name)) ? [] : [`${name} is not used in the sources`]),
  ])
}

function readSources(root: string): string[] {
  return sourceFolders
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readFileSync(path, 'utf8'))
}

function imports(source: string, name: string): boolean {
  return new RegExp(`(from|import|import\\(|require\\()\\s*['"]${name}(/[^'"]*)?['"]`).test(source)
}
