// The libraries and programs of a Linux distribution that Electron and the tests need.
import { mustRun, outputOf } from './run-process.ts'

const APT_LIMIT_MS = 15 * 60_000

const libraries = [
  'libgtk-3-0',
  'libnss3',
  'libnspr4',
  'libasound2',
  'libgbm1',
  'libdrm2',
  'libcups2',
  'libatk-bridge2.0-0',
  'libxkbcommon0',
  'libxcomposite1',
  'libxdamage1',
  'libxrandr2',
  'libpango-1.0-0',
  'libcairo2',
]

const packageGroups = {
  /** To open the window at all. */
  run: libraries,
  /** To open it without a display. */
  display: ['xvfb', 'xauth', 'fonts-noto-core', 'fonts-noto-cjk', 'fonts-noto-color-emoji'],
  /** To make Electron 33 and its SQLite addon from npm packages. */
  build: ['unzip', 'python3', 'make', 'g++'],
  test: [
    'dbus',
    'gcc',
    'gnome-keyring',
    'iproute2',
    'libc6-dev',
    'libsecret-1-0',
    'procps',
    'sqlite3',
    'strace',
    'xdotool',
  ],
}

export type PackageGroup = keyof typeof packageGroups

/** Installs what is missing where that is possible, and says exactly what to run where it is not. */
export async function ensureSystemPackages(groups: PackageGroup[], electronExecutable?: string): Promise<void> {
  if (process.platform !== 'linux') return
  const unresolved = electronExecutable ? unresolvedLibraries(await outputOf('ldd', [electronExecutable])) : []
  const installed = parseInstalled(await outputOf('dpkg', ['--get-selections']))
  const isRoot = process.getuid?.() === 0
  // Only root may install. Others are stopped only by what they cannot do without, under whatever name it is packaged.
  const required = groups.filter((group) => isRoot || group !== 'run' || unresolved.length > 0)
  const missing = installed.size > 0 ? missingPackages(required, installed) : []
  if (missing.length > 0) await (isRoot ? install(missing) : askToInstall(missing))
  else if (unresolved.length > 0) throw new Error(`Electron needs these system libraries: ${unresolved.join(', ')}`)
}

export function missingPackages(groups: PackageGroup[], installed: Set<string>): string[] {
  // Newer Debian and Ubuntu add t64 to the names of libraries whose time type grew to 64 bits.
  return groups
    .flatMap((group) => packageGroups[group])
    .filter((name) => !installed.has(name) && !installed.has(`${name}t64`))
}

/** The installed packages in what `dpkg --get-selections` prints. */
export function parseInstalled(text: string): Set<string> {
  return new Set(text.split('\n').flatMap((line) => /^([^\s:]+)\S*\s+install$/.exec(line)?.[1] ?? []))
}

/** The libraries that `ldd` could not find. */
export function unresolvedLibraries(text: string): string[] {
  return [...text.matchAll(/^\s*(\S+) => not found$/gm)].flatMap(([, name]) => name ?? [])
}

async function install(missing: string[]): Promise<void> {
  console.log(`Installing ${missing.join(' ')} ...`)
  await apt(['update'])
  const names = await Promise.all(missing.map(availableName))
  await apt(['install', '--yes', '--no-install-recommends', ...names])
}

async function askToInstall(missing: string[]): Promise<never> {
  const names = await Promise.all(missing.map(availableName))
  throw new Error(`System packages are missing. Install them with:\n  sudo apt-get install --yes ${names.join(' ')}`)
}

async function availableName(name: string): Promise<string> {
  const isReal = (await outputOf('apt-cache', ['show', '--no-all-versions', name])).includes(`Package: ${name}\n`)
  return isReal ? name : `${name}t64`
}

async function apt(args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await mustRun('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...args], { env, timeoutMs: APT_LIMIT_MS })
}
