// Builds the app as it is installed, from the Electron at hand.
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type AfterPackContext, build, type Configuration, DIR_TARGET, Platform } from 'electron-builder'
import { buildApp, projectRoot } from './build.ts'
import { describeRuntime, type ElectronRuntime, resolveRuntime } from './electron-runtime.ts'
import { ELECTRON_33 } from './runtime/electron33.ts'
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
  const { targets = [DIR_TARGET], twin = false } = options
  const isEndOfLife = runtime.version === ELECTRON_33
  const output = options.output ?? join(projectRoot, 'release')
  const work = await mkdtemp(join(tmpdir(), 'alcove-package-'))
  try {
    const dist = join(work, 'dist')
    await buildApp({ outDir: dist, testBuild: twin, node20Shims: isEndOfLife })
    process.env.ALCOVE_PACKAGE_DIST = dist
    process.env.ALCOVE_PACKAGE_ADDONS = await addonFolder(runtime, work)
    const config: Configuration = {
      electronDist: runtime.folder,
      electronVersion: runtime.version,
      directories: { output },
      afterPack: removeRuntimeLeftovers,
      ...(twin && { electronFuses: { enableNodeCliInspectArguments: true } }),
      // Never to be taken for a release.
      ...(isEndOfLife && { extraMetadata: { version: `${await projectVersion()}-test` } }),
    }
    await build({
      projectDir: projectRoot,
      config,
      targets: Platform.current().createTarget(targets),
      publish: 'never',
    })
    return output
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function projectVersion(): Promise<string> {
  return JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')).version
}

/** The prebuilt addons, or in their place the one that was compiled for this runtime. */
async function addonFolder(runtime: ElectronRuntime, work: string): Promise<string> {
  if (!runtime.addon) return join(projectRoot, 'node_modules', 'better-sqlite3', 'prebuilds')
  const folder = join(work, 'addons')
  await mkdir(folder)
  await cp(runtime.addon, join(folder, `${process.platform}-${process.arch}.node`))
  return folder
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
