import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cachedFolder, cacheRoot, isUndamaged } from './machine-cache.ts'
import { verifyChecksum } from './npm-tarball.ts'

describe.runIf(process.platform === 'linux')('the cache of the machine', () => {
  let root: string
  let builds: number

  async function buildSample(folder: string): Promise<void> {
    builds += 1
    await mkdir(join(folder, 'deep'))
    await writeFile(join(folder, 'deep', 'file'), 'content')
    await writeFile(join(folder, 'program'), 'content', { mode: 0o700 })
  }

  beforeEach(() => {
    builds = 0
    root = mkdtempSync(join(tmpdir(), 'alcove-cache-'))
    vi.stubEnv('ALCOVE_CACHE', root)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    rmSync(root, { recursive: true })
  })

  it('builds a folder once', async () => {
    expect(await cachedFolder('sample', buildSample)).toBe(join(root, 'sample'))
    await cachedFolder('sample', buildSample)
    expect(builds).toBe(1)
  })

  it('builds once for two runs at the same time', async () => {
    const slowBuild = async (folder: string) => {
      await sleep(200)
      await buildSample(folder)
    }
    await Promise.all([cachedFolder('sample', slowBuild), cachedFolder('sample', slowBuild)])
    expect(builds).toBe(1)
  })

  it('lets every user of the machine read and run what is in it', async () => {
    const folder = await cachedFolder('sample', buildSample)
    const modes = ['.', 'deep', 'deep/file', 'program'].map((name) => statSync(join(folder, name)).mode & 0o777)
    expect(modes).toEqual([0o755, 0o755, 0o644, 0o755])
  })

  it('makes a folder again when a file in it has changed', async () => {
    const folder = await cachedFolder('sample', buildSample)
    writeFileSync(join(folder, 'deep', 'file'), 'changed')
    expect(await isUndamaged(folder)).toBe(false)
    await cachedFolder('sample', buildSample)
    expect({ builds, undamaged: await isUndamaged(folder) }).toEqual({ builds: 2, undamaged: true })
  })

  it('leaves nothing that looks finished when a build fails', async () => {
    const failing = async (folder: string) => {
      await buildSample(folder)
      throw new Error('no network')
    }
    await expect(cachedFolder('sample', failing)).rejects.toThrow('no network')
    expect(readdirSync(root)).not.toContain('sample')
    await cachedFolder('sample', buildSample)
    expect(builds).toBe(2)
  })

  it('is where the user says', () => {
    expect(cacheRoot({ ALCOVE_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a')
    expect(cacheRoot({ XDG_CACHE_HOME: '/b' })).toBe('/b/alcove')
  })

  it('refuses a package with another checksum', async () => {
    const file = join(root, 'package.tgz')
    writeFileSync(file, 'content')
    const right = 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73'
    await verifyChecksum(file, { spec: 'sample@1.0.0', sha256: right })
    await expect(verifyChecksum(file, { spec: 'sample@1.0.0', sha256: right.replace('e', 'f') })).rejects.toThrow(
      'sample@1.0.0 has the checksum',
    )
  })
})
