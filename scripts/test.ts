// The one test command: everything it needs, every suite, one line of numbers at the end.
import { randomUUID } from 'node:crypto'
import { cp, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from './build.ts'
import { describeRuntime, resolveRuntime, runtimeEnvironment } from './electron-runtime.ts'
import { run } from './run-process.ts'
import { findSandboxBase } from './sandbox.ts'
import { ensureSystemPackages } from './system-packages.ts'
import { endMarkedProcesses } from './testing/leftovers.ts'
import { formatCounts, type SuiteResult, sumReports } from './testing/summary.ts'
import { prepareRuntime } from './testing/test-runtime.ts'
import { prepareWorkspace } from './testing/workspace.ts'
import { startVirtualDisplay } from './virtual-display.ts'

type Suite = { name: 'unit' | 'e2e' | 'storm'; limitMinutes: number; usesElectron: boolean }

const everyDay: Suite[] = [
  { name: 'unit', limitMinutes: 8, usesElectron: false },
  { name: 'e2e', limitMinutes: 14, usesElectron: true },
]
const storm: Suite[] = [{ name: 'storm', limitMinutes: 120, usesElectron: true }]

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { storm: { type: 'boolean', default: false }, suite: { type: 'string' } },
})
const suites = (values.storm ? storm : everyDay).filter(({ name }) => !values.suite || name === values.suite)

const found = await resolveRuntime()
await ensureSystemPackages(['run', 'display', 'test'], found.executable)
const workspace = await prepareWorkspace()
const runtime = await prepareRuntime(found, workspace)
const sandbox = findSandboxBase(runtime.folder, workspace.identity)
console.log(describeRuntime(runtime))
const user = workspace.identity ? "'nobody', because root started them" : 'you'
console.log(`The tests run as ${user}; what Chromium's sandbox stands on: ${sandbox}`)
workspace.environment.ALCOVE_TEST_SANDBOX = sandbox

const results = await runSuites(suites)
await rm(join(projectRoot, 'test-results'), { recursive: true, force: true })
await cp(join(workspace.scratch, 'results'), join(projectRoot, 'test-results'), { recursive: true })
const counts = sumReports(results)
await rm(workspace.scratch, { recursive: true, force: true })
console.log(`Tested with ${describeRuntime(found)}`)
console.log(formatCounts(counts))
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1

async function runSuites(chosen: Suite[]): Promise<SuiteResult[]> {
  const needsDisplay = process.platform === 'linux' && (!process.env.DISPLAY || workspace.identity)
  const display = needsDisplay ? await startVirtualDisplay(workspace.identity) : undefined
  if (display) workspace.environment.DISPLAY = display.display
  const results: SuiteResult[] = []
  try {
    for (const suite of chosen) results.push(await runSuite(suite))
  } finally {
    await display?.stop()
  }
  return results
}

async function runSuite({ name, limitMinutes, usesElectron }: Suite): Promise<SuiteResult> {
  const reportFile = join(workspace.scratch, 'results', `${name}.json`)
  const marker = randomUUID()
  // From the workspace's own copy: the checkout may be closed to the tests' user.
  const node = join(workspace.project, relative(projectRoot, process.execPath))
  const vitest = join(workspace.project, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const filters = positionals.length > 0 ? [...positionals, '--passWithNoTests'] : []
  console.log(`\n== ${name}`)
  const { code, timedOut } = await run(
    process.execPath.startsWith(projectRoot) ? node : process.execPath,
    [vitest, 'run', '--configLoader=native', `--project=${name}`, ...reporters, ...filters],
    {
      cwd: workspace.project,
      ...workspace.identity,
      env: { ...workspace.environment, ALCOVE_TEST_RUN: marker, ...(usesElectron && runtimeEnvironment(runtime)) },
      timeoutMs: limitMinutes * 60_000,
    },
  )
  const leftovers = endMarkedProcesses('ALCOVE_TEST_RUN', marker)
  if (leftovers > 0) console.log(`Ended ${leftovers} processes that the suite ${name} left behind.`)
  if (timedOut) console.error(`The suite ${name} took longer than ${limitMinutes} minutes and was ended.`)
  return { name, reportFile, exitCode: code }
}
