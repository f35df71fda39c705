// Builds the app as it is installed, from the Electron at hand.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type AfterPackContext, build, type Configuration, DIR_TARGET, Platform } from 'electron-builder'
import { projectRoot } from './build.ts'
import { describeRuntime, type ElectronRuntime, resolveRuntime } from './electron-runtime.ts'
import { layOutApp } from './packaging/lay-out-app.ts'
import { CACHE_MANIFEST } from './runtime/machine-cache.ts'
import { SQLITE_ADDON } from './runtime/sqlite-addon.ts'

export type PackageOptions = {
  output?: string
  /** What to make, as electron-builder names it; the unpacked folder by default. */
  targets?: string[]
  /** A twin of the package that tests can drive: same files, but its main process may be inspected. */
  twin?: boolean
}

/** Packages the app for this platform and answers with the folder that holds the results. */
export async function packageApp(runtime: ElectronRuntime, options: PackageOptions = {}): Promise<string> {
  const { targets = [DIR_TARGET], twin = false, output = join(projectRoot, 'release') } = options
  const app = await mkdtemp(join(tmpdir(), 'alcove-package-'))
  try {
    await layOutApp(app, runtime, { testBuild: twin })
    const config: Configuration = {
      electronDist: runtime.folder,
      electronVersion: runtime.version,
      directories: { app, output },
      afterPack: removeRuntimeLeftovers,
      ...(twin && { electronFuses: { enableNodeCliInspectArguments: true } }),
    }
    await build({
      projectDir: projectRoot,
      config,
      targets: Platform.current().createTarget(targets),
      publish: 'never',
    })
    return output
  } finally {
    await rm(app, { recursive: true, force: true })
  }
}

/** electron-builder copies a local runtime as it is, with files that belong to no app. */
async function removeRuntimeLeftovers({ appOutDir }: AfterPackContext): Promise<void> {
  for (const name of ['version', CACHE_MANIFEST, SQLITE_ADDON, join('resources', 'default_app.asar')]) {
    await rm(join(appOutDir, name), { force: true })
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { output: { type: 'string' } } })
  const runtime = await resolveRuntime()
  console.log(describeRuntime(runtime))
  const targets = positionals.length > 0 ? { targets: positionals } : {}
  console.log(
    `Packaged in ${await packageApp(runtime, { ...targets, ...(values.output && { output: values.output }) })}`,
  )
}
