// Runs the measurements in this folder one after the other; each prints one table. `npm run bench -- word` picks some.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildIfStale, projectRoot } from '../scripts/build.ts'
import { describeRuntime, resolveRuntime, runtimeEnvironment } from '../scripts/electron-runtime.ts'
import { run } from '../scripts/run-process.ts'
import { ensureSystemPackages } from '../scripts/system-packages.ts'
import { startVirtualDisplay } from '../scripts/virtual-display.ts'

const SUFFIX = '.bench.ts'
const runBench = join(import.meta.dirname, 'measuring', 'run-bench.ts')
const words = process.argv.slice(2)
const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(SUFFIX))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))

const runtime = await resolveRuntime()
await ensureSystemPackages(['run', 'display'], runtime.executable)
await buildIfStale()
console.log(describeRuntime(runtime))
const display = process.platform === 'linux' && !process.env.DISPLAY ? await startVirtualDisplay() : undefined
const env = { ...process.env, ...runtimeEnvironment(runtime), ...(display && { DISPLAY: display.display }) }
const failed: string[] = []
try {
  for (const name of names) {
    console.log(`\n== ${name.slice(0, -SUFFIX.length)}`)
    const { code } = await run(process.execPath, [runBench, join(import.meta.dirname, name)], { cwd: projectRoot, env })
    if (code !== 0) failed.push(name)
  }
} finally {
  await display?.stop()
}

if (names.length === 0) console.error(`No measurement matches ${words.join(' ') || SUFFIX}`)
if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`)
process.exitCode = failed.length > 0 || names.length === 0 ? 1 : 0
