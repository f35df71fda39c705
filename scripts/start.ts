// Sets everything up and opens the app; without a display, shows what it does by doing it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { hasCommand } from '../electron/headless/parse-command.ts'
import { buildIfStale, projectRoot } from './build.ts'
import { describeRuntime, type ElectronRuntime, resolveRuntime, runtimeEnvironment } from './electron-runtime.ts'
import { findSandboxBase, sandboxArguments } from './sandbox.ts'
import { ensureSystemPackages } from './system-packages.ts'

const given = process.argv.slice(2)
const isCommand = hasCommand(given)
// The output of a command is its report alone.
if (isCommand) console.log = console.error
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
const runtime = await resolveRuntime()
await ensureSystemPackages(hasDisplay || isCommand ? ['run'] : ['run', 'display'], runtime.executable)
console.log(describeRuntime(runtime))
await buildIfStale()
Object.assign(process.env, runtimeEnvironment(runtime))
await (hasDisplay || isCommand ? openApp(runtime) : showMainJob())

async function openApp({ executable, folder }: ElectronRuntime): Promise<void> {
  if (!isCommand) console.log('Opening Alcove ...')
  const args = [...sandboxArguments(folder), projectRoot, ...given]
  const [code] = await once(spawn(executable, args, { stdio: 'inherit' }), 'exit')
  process.exitCode = code ?? 1
}

async function showMainJob(): Promise<void> {
  const { performMainJob } = await import('./main-job.ts')
  const { startVirtualDisplay } = await import('./virtual-display.ts')
  console.log('There is no display: Alcove opens in a virtual one, and its main job is done with the built-in demo.')
  process.env.ALCOVE_TEST_SANDBOX = findSandboxBase(runtime.folder)
  if (process.env.ALCOVE_TEST_SANDBOX === 'none')
    console.log("Chromium's sandbox is off, as root or this system wants it.")
  const display = await startVirtualDisplay()
  process.env.DISPLAY = display.display
  try {
    await performMainJob({ report: (step) => console.log(`  ${step}`) })
  } finally {
    await display.stop()
  }
}
