import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'

export const CACHE_MANIFEST = 'cache-manifest.json'

/** Where things that are costly to make are kept for the whole machine, outside any checkout. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env.ALCOVE_CACHE) return env.ALCOVE_CACHE
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'alcove')
  // Root's home is closed to others, and the tests that root starts run as an ordinary user.
  if (process.platform === 'linux' && process.getuid?.() === 0) return '/var/cache/alcove'
  return join(homedir(), '.cache', 'alcove')
}

/** The folder `name` of the cache, made by `build` unless an undamaged one is there. */
export async function cachedFolder(name: string, build: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheRoot(), name)
  if (await isUndamaged(folder)) return folder
  await mkdir(cacheRoot(), { recursive: true })
  const unlock = await lock(`${folder}.lock`)
  try {
    if (await isUndamaged(folder)) return folder
    if (existsSync(folder)) console.log(`The cached ${basename(folder)} is damaged and is made again.`)
    await rm(folder, { recursive: true, force: true })
    const part = `${folder}.part`
    await rm(part, { recursive: true, force: true })
    await mkdir(part)
    await build(part)
    await writeManifest(part)
    await rename(part, folder)
    return folder
  } finally {
    unlock()
  }
}

/** Whether every file listed when the folder was made still has the same content. */
export async function isUndamaged(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, CACHE_MANIFEST), 'utf8').catch(() => undefined)
  if (text === undefined) return false
  const expected = Object.entries(JSON.parse(text) as Record<string, string>)
  const actual = await Promise.all(expected.map(([file]) => sha256(join(folder, file)).catch(() => undefined)))
  return expected.every(([, sum], index) => sum === actual[index])
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), hash)
  return hash.digest('hex')
}

/** Records the content of a finished folder, and lets other users of the machine read and run it. */
async function writeManifest(folder: string): Promise<void> {
  const sums: Record<string, string> = {}
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    if (!entry.isFile()) continue
    await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644)
    sums[relative(folder, path)] = await sha256(path)
  }
  await writeFile(join(folder, CACHE_MANIFEST), JSON.stringify(sums, null, 1))
}

/** Held by `flock` in a child that ends with this process, so a killed run leaves no stale lock. */
async function lock(path: string): Promise<() => void> {
  const holder = spawn('flock', [path, 'sh', '-c', 'echo locked; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise((resolve, reject) => {
    holder.on('error', reject)
    holder.stdout.once('data', resolve)
    holder.once('exit', () => reject(new Error(`Could not lock ${path}`)))
  })
  return () => holder.stdin.end()
}
