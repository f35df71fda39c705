import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeRuntime, type RuntimeSources, resolveRuntime, runtimeEnvironment } from './electron-runtime.ts'

const executable =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform as 'darwin'] ?? 'electron'

describe('the choice of the Electron runtime', () => {
  let root: string
  let sources: RuntimeSources
  const folder = (name: string) => join(root, name)

  function makeDistribution(name: string, version: string): string {
    mkdirSync(dirname(join(folder(name), executable)), { recursive: true })
    writeFileSync(join(folder(name), executable), '')
    writeFileSync(join(folder(name), 'version'), version)
    return folder(name)
  }

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'alcove-runtime-'))
    sources = {
      env: {},
      installedFolder: folder('installed'),
      download: async () => false,
      canUseElectron33: true,
      buildElectron33: async () => ({ folder: makeDistribution('from-npm', '33.2.1'), addon: '/addon.node' }),
    }
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('prefers the folder that the user names, even to an installed one', async () => {
    makeDistribution('installed', '45.4.1')
    sources.env = {
      ELECTRON_OVERRIDE_DIST_PATH: makeDistribution('named', 'v44.0.0'),
      ALCOVE_SQLITE_ADDON: '/mine.node',
    }
    expect(await resolveRuntime(sources)).toEqual({
      origin: 'override',
      folder: folder('named'),
      executable: join(folder('named'), executable),
      version: '44.0.0',
      addon: '/mine.node',
    })
  })

  it('refuses a named folder without Electron in it, rather than running another', async () => {
    makeDistribution('installed', '45.4.1')
    sources.env = { ELECTRON_OVERRIDE_DIST_PATH: folder('nothing') }
    await expect(resolveRuntime(sources)).rejects.toThrow('There is no Electron in')
  })

  it('uses the installed one without asking the network', async () => {
    makeDistribution('installed', '45.4.1')
    sources.download = () => Promise.reject(new Error('asked the network'))
    expect(await resolveRuntime(sources)).toMatchObject({ origin: 'installed', version: '45.4.1' })
  })

  it('uses what the download brought', async () => {
    sources.download = async () => makeDistribution('installed', '45.4.1') !== ''
    expect(await resolveRuntime(sources)).toMatchObject({ origin: 'downloaded', folder: folder('installed') })
  })

  it('falls back on Electron 33 with its own SQLite addon, and says so loudly', async () => {
    const runtime = await resolveRuntime(sources)
    expect(runtime).toMatchObject({ origin: 'electron-33', version: '33.2.1', addon: '/addon.node' })
    expect(describeRuntime(runtime)).toContain('DEVELOPMENT AND TESTS ONLY')
    expect(runtimeEnvironment(runtime)).toEqual({
      ELECTRON_OVERRIDE_DIST_PATH: folder('from-npm'),
      ALCOVE_SQLITE_ADDON: '/addon.node',
    })
  })

  it('says what to do where there is no fallback', async () => {
    sources.canUseElectron33 = false
    await expect(resolveRuntime(sources)).rejects.toThrow('Set ELECTRON_OVERRIDE_DIST_PATH')
  })
})
