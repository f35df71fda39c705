// Takes a guard out of a copy of the sources, and looks whether the tests that are named for it notice.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
/** A guard of the product, what its removal looks like in the source, and the tests that must notice. */
export interface Guard {
  /** What is guarded, in a few words. */
  guards: string
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
  tests: string[]
  /** Pattern for the names of the tests, where the others of the files are slow. */
  name?: string
}

export const projectRoot = resolve(import.meta.dirname, '../..')

/** What the tests of the guards read. Beside it a checkout may hold builds and measurements of any size. */
const FOLDERS = ['docs', 'electron', 'renderer', 'resources', 'scripts', 'shared', 'tests']
const FILES = ['package.json', 'tsconfig.base.json', 'tsconfig.json', 'vitest.config.ts']

/** More than any of the named tests takes, also beside another. */
const LIMIT_MS = 600_000

export interface Outcome {
  passed: number
  /** Tests that ran and failed. A file that could not even be loaded has none. */
  failed: number
  output: string
}

/** A copy of the sources; the caller removes it. Dependencies are those of the checkout. */
export async function copySources(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alcove-guards-'))
  for (const name of [...FOLDERS, ...FILES]) await cp(join(projectRoot, name), join(folder, name), { recursive: true })
  await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return folder
}

/** Runs the tests of a guard in a copy that does not have it; the copy is as before afterwards. */
export async function runWithout(copy: string, { file, find, replace, tests, name }: Guard): Promise<Outcome> {
  const target = join(copy, file)
  const source = await readFile(target, 'utf8')
  await writeFile(target, removeGuard(source, { find, replace }))
  try {
    return await runTests(copy, tests, name)
  } finally {
    await writeFile(target, source)
  }
}

/** Throws where `find` is not in the text exactly once: then the guard has changed, and the list must follow. */
export function removeGuard(source: string, { find, replace }: Pick<Guard, 'find' | 'replace'>): string {
  const parts = source.split(find)
  if (parts.length !== 2) throw new Error(`found ${parts.length - 1} times: ${find}`)
  return parts.join(replace)
}

/** `name` is a pattern for the names of the tests; absent: all. */
export async function runTests(copy: string, tests: readonly string[], name?: string): Promise<Outcome> {
  const report = await mkdtemp(join(tmpdir(), 'alcove-guard-report-'))
  const file = join(report, 'report.json')
  const vitest = join(copy, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const filter = name === undefined ? [] : ['-t', name]
  const args = [vitest, 'run', '--configLoader=native', '--project=unit', ...reporters, ...filter, ...tests]
  try {
    const output = await runNode(copy, args)
    return { ...(await readCounts(file)), output }
  } finally {
    await rm(report, { recursive: true, force: true })
  }
}

async function runNode(cwd: string, args: string[]): Promise<string> {
  // What tells a process that it is a worker of the vitest around it.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(VITEST|TEST$|NODE_ENV)/.test(key)))
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await new Promise((resolve) => child.once('close', resolve))
  return output
}

async function readCounts(file: string): Promise<{ passed: number; failed: number }> {
  const text = await readFile(file, 'utf8').catch(() => '{"testResults":[]}')
  const report = JSON.parse(text) as { testResults: { assertionResults: { status: string }[] }[] }
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const count = (status: string) => results.filter((result) => result.status === status).length
  return { passed: count('passed'), failed: count('failed') }
}
