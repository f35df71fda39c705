// Builds the three bundles: main process with its workers, preload, window.
import { existsSync, statSync } from 'node:fs'
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'vite'

export type BuildOptions = {
  outDir?: string
  /** Lets a package be driven from outside, as the packaging tests do. Never for a release. */
  testBuild?: boolean
  /** Makes the main bundle run on the Node 20 of Electron 33. */
  node20Shims?: boolean
  sourcemap?: boolean
}

export const projectRoot = resolve(import.meta.dirname, '..')

const bundles = { main: 'electron', preload: 'electron', renderer: 'renderer' }
const sources = ['electron', 'renderer', 'shared', 'package.json', ...Object.keys(bundles).map(configFile)]
const STAMP = '.built'

export async function buildApp(options: BuildOptions = {}): Promise<void> {
  const outDir = options.outDir ?? join(projectRoot, 'dist')
  // The configuration files read these while they are loaded.
  process.env.ALCOVE_TEST_BUILD = options.testBuild ? '1' : ''
  process.env.ALCOVE_NODE20_SHIMS = options.node20Shims ? '1' : ''
  const startedAt = Date.now()
  for (const folder of ['electron', 'renderer', STAMP]) await rm(join(outDir, folder), { recursive: true, force: true })
  for (const [bundle, folder] of Object.entries(bundles)) {
    await build({
      configFile: join(projectRoot, configFile(bundle)),
      // Writes nothing into the checkout, which may belong to another user.
      configLoader: 'native',
      root: bundle === 'renderer' ? join(projectRoot, 'renderer') : projectRoot,
      logLevel: 'warn',
      build: {
        outDir: join(outDir, folder),
        emptyOutDir: false,
        ...(options.sourcemap === false && { sourcemap: false }),
      },
    })
  }
  await mkdir(outDir, { recursive: true })
  await writeFile(join(outDir, STAMP), `${startedAt}\n`)
  console.log(`Built ${outDir} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
}

/** Makes the next `buildIfStale` build, because what is in `dist` is no longer from `buildApp`. */
export function forgetBuild(): Promise<void> {
  return rm(join(projectRoot, 'dist', STAMP), { force: true })
}

/** Builds unless the last build is newer than every source. */
export async function buildIfStale(): Promise<void> {
  const stamp = join(projectRoot, 'dist', STAMP)
  const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const changes = await Promise.all(sources.map((source) => newestChange(join(projectRoot, source))))
  if (Math.max(...changes) > builtAt) await buildApp()
}

function configFile(bundle: string): string {
  return `vite.${bundle}.config.ts`
}

async function newestChange(path: string): Promise<number> {
  const { mtimeMs, isDirectory } = await stat(path).then((info) => ({
    mtimeMs: info.mtimeMs,
    isDirectory: info.isDirectory(),
  }))
  if (!isDirectory) return mtimeMs
  const entries = await readdir(path)
  return Math.max(mtimeMs, ...(await Promise.all(entries.map((entry) => newestChange(join(path, entry))))))
}

if (import.meta.main) await buildApp()
