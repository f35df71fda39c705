import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildApp, projectRoot } from '../build.ts'
import type { ElectronRuntime } from '../electron-runtime.ts'
import { ELECTRON_33 } from '../runtime/electron33.ts'

const kept = ['name', 'productName', 'version', 'description', 'license', 'author', 'type', 'main']
const sqlite = join(projectRoot, 'node_modules', 'better-sqlite3')

/** Fills `folder` with what is installed, and nothing else: the bundles and the SQLite addon for this platform. */
export async function layOutApp(folder: string, runtime: ElectronRuntime, { testBuild = false } = {}): Promise<void> {
  const isEndOfLife = runtime.version === ELECTRON_33
  await buildApp({ outDir: join(folder, 'dist'), testBuild, node20Shims: isEndOfLife, sourcemap: false })
  const packageFile = await describePackage(isEndOfLife)
  if (testBuild) packageFile.main = await addDrivenEntry(folder)
  await writeFile(join(folder, 'package.json'), JSON.stringify(packageFile, null, 2))
  const target = join(folder, 'better-sqlite3')
  for (const name of ['package.json', 'LICENSE', 'lib']) {
    await cp(join(sqlite, name), join(target, name), { recursive: true })
  }
  const addon = `${process.platform}-${process.arch}.node`
  await mkdir(join(target, 'prebuilds'))
  await cp(runtime.addon ?? join(sqlite, 'prebuilds', addon), join(target, 'prebuilds', addon))
}

/** The entry of a twin that tests drive: it waits for them, and then is the app. */
async function addDrivenEntry(folder: string): Promise<string> {
  const entry = 'dist/electron/driven.js'
  await cp(join(projectRoot, 'tests/setup/await-driver.cjs'), join(folder, 'dist/electron/await-driver.cjs'))
  await writeFile(join(folder, entry), "import './await-driver.cjs'\nimport './main.js'\n")
  return entry
}

async function describePackage(isEndOfLife: boolean): Promise<Record<string, string>> {
  const project = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as Record<string, string>
  const entries = Object.entries(project).filter(([name]) => kept.includes(name))
  // A package on a runtime past its end of life is never to be taken for a release.
  const version = isEndOfLife ? `${project.version}-test` : project.version
  return { ...Object.fromEntries(entries), ...(version && { version }), desktopName: 'org.alcove.Alcove.desktop' }
}
