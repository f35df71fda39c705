import { mkdtempSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const historyFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/**
 * Bundles files of the history's folder as the app's build does, so that a worker or a process of its own can run
 * them. Returns a new folder with one `.mjs` for each entry, named like it; removing the folder is up to the caller.
 */
export async function bundleForNode(entry: Record<string, string>): Promise<string> {
  const outDir = mkdtempSync(path.join(os.tmpdir(), 'alcove-bundle-'))
  // By its path, because the bundle lies outside the project.
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3')
  await build({
    configFile: false,
    logLevel: 'error',
    root: historyFolder,
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
