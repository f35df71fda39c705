import { mkdtempSync, rmSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll } from 'vitest'

const here = path.dirname(fileURLToPath(import.meta.url))

/**
 * Bundles files of this folder's parent as the app's build does, so that a worker or a process of its own can run
 * them. Returns the folder of the bundles, each named like its entry; it is removed after the tests of the file.
 */
export async function buildForNode(entry: Record<string, string>): Promise<string> {
  const outDir = mkdtempSync(path.join(os.tmpdir(), 'alcove-build-'))
  afterAll(() => rmSync(outDir, { recursive: true, force: true }))
  // By its path, because the bundle lies outside the project.
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3')
  await build({
    configFile: false,
    logLevel: 'error',
    root: path.join(here, '..'),
    resolve: { alias: { 'better-sqlite3': sqlite }, conditions: ['node', 'import', 'module', 'default'] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      lib: { entry, formats: ['es'] },
      rolldownOptions: {
        external: [sqlite, ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  })
  return outDir
}
