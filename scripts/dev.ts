// Hot reload: the window from Vite's server, Electron started again when main or preload change.
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, createServer, type Rolldown } from 'vite'
import { forgetBuild, projectRoot } from './build.ts'
import { describeRuntime, resolveRuntime, runtimeEnvironment } from './electron-runtime.ts'
import { sandboxArguments } from './sandbox.ts'
import { ensureSystemPackages } from './system-packages.ts'

const runtime = await resolveRuntime()
await ensureSystemPackages(['run'], runtime.executable)
console.log(describeRuntime(runtime))

await forgetBuild()
const server = await createServer({ configFile: join(projectRoot, 'vite.renderer.config.ts'), mode: 'development' })
await server.listen()
const { origin } = new URL(server.resolvedUrls?.local[0] ?? '')
console.log(`The window is served from ${origin}`)

let electron: ChildProcess | undefined
const pending = new Set(['main', 'preload'])
for (const bundle of pending) await watch(bundle)

async function watch(bundle: string): Promise<void> {
  const watcher = (await build({
    configFile: join(projectRoot, `vite.${bundle}.config.ts`),
    mode: 'development',
    logLevel: 'warn',
    build: { watch: {} },
  })) as Rolldown.RolldownWatcher
  watcher.on('event', (event) => {
    if (event.code === 'BUNDLE_END') void event.result.close()
    if (event.code === 'ERROR') console.error(event.error)
    if (event.code !== 'END') return
    pending.delete(bundle)
    if (pending.size === 0) restartElectron()
  })
}

function restartElectron(): void {
  const start = () => {
    electron = spawn(runtime.executable, [...sandboxArguments(runtime.folder), projectRoot], {
      stdio: 'inherit',
      env: { ...process.env, ...runtimeEnvironment(runtime), ALCOVE_DEV_ORIGIN: origin },
    })
    // Closing the window ends the session; a restart has taken this listener away before.
    electron.once('exit', () => process.exit(0))
  }
  if (electron) electron.removeAllListeners('exit').once('exit', start).kill()
  else start()
}
