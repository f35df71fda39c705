// What is installed is what was tested: the package is built here, its locks are read back, and it does the main job.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resolveRuntime } from '../../scripts/electron-runtime.ts'
import { performMainJob } from '../../scripts/main-job.ts'
import { packageApp } from '../../scripts/package.ts'
import { debuggerPorts, opensWindow } from './look-from-outside.ts'

const PACKAGING_LIMIT_MS = 5 * 60_000

describe.runIf(process.platform === 'linux')('the packaged app', () => {
  const work = mkdtempSync(join(tmpdir(), 'alcove-packaging-'))
  const release = join(work, 'release', 'linux-unpacked')
  const twin = join(work, 'twin', 'linux-unpacked')

  beforeAll(async () => {
    const runtime = await resolveRuntime()
    await packageApp(runtime, { output: join(work, 'release') })
    await packageApp(runtime, { output: join(work, 'twin'), twin: true })
  }, PACKAGING_LIMIT_MS)
  afterAll(() => rmSync(work, { recursive: true, force: true }))

  it('has every fuse as it is meant to be', async () => {
    const wire = await getCurrentFuseWire(join(release, 'alcove'))
    const isOn = (fuse: FuseV1Options) => wire[fuse] === FuseState.ENABLE
    expect({
      runAsNode: isOn(FuseV1Options.RunAsNode),
      cookieEncryption: isOn(FuseV1Options.EnableCookieEncryption),
      nodeOptions: isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: isOn(FuseV1Options.EnableNodeCliInspectArguments),
      asarIntegrity: isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: isOn(FuseV1Options.OnlyLoadAppFromAsar),
      filePrivileges: isOn(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: false,
      cookieEncryption: false,
      nodeOptions: false,
      inspect: false,
      asarIntegrity: true,
      onlyAsar: true,
      filePrivileges: false,
    })
  })

  it('holds the bundles and one native addon, and nothing of the runtime that belongs to no app', () => {
    const files = listPackage(join(release, 'resources', 'app.asar'), { isPack: false })
    const outside = readdirSync(join(release, 'resources', 'app.asar.unpacked'), { recursive: true, encoding: 'utf8' })
    expect(files).toEqual(
      expect.arrayContaining(['/dist/electron/main.js', '/dist/electron/preload.cjs', '/package.json']),
    )
    expect(files.filter((file) => /\.(ts|tsx|map)$/.test(file))).toEqual([])
    expect(files.filter((file) => /^\/node_modules\/[^/]+$/.test(file))).toEqual(['/node_modules/better-sqlite3'])
    expect(outside.filter((file) => file.endsWith('.node'))).toEqual([
      `node_modules/better-sqlite3/prebuilds/linux-${process.arch}.node`,
    ])
    const leftovers = ['version', 'cache-manifest.json', 'better_sqlite3.node', 'resources/default_app.asar']
    expect(leftovers.filter((name) => existsSync(join(release, name)))).toEqual([])
  })

  it('opens its window', async () => {
    expect(await opensWindow(join(release, 'alcove'))).toBe(true)
  })

  it('opens no door for a debugger, as its twin does', async () => {
    expect(await debuggerPorts(join(twin, 'alcove'))).toHaveLength(2)
    expect(await debuggerPorts(join(release, 'alcove'))).toEqual([])
  })

  it('does the main job', async () => {
    const { messages } = await performMainJob({ executable: join(twin, 'alcove') })
    expect(messages).toBeGreaterThanOrEqual(4)
  })
})
