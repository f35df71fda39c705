import { mkdtempSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'vite'

const historyFolder = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** Breaks a guard in a bundle alone, to see that a test would notice. */
export interface SourceChange {
  /** End of the path, e.g. `electron/history/database.ts`. */
  file: string
  /** Must occur exactly once. */
  from: string
  to: string
}

/**
 * Bundles files of the history's folder, or others by absolute path, as the app's build does, so that a worker or a
 * process of its own can run them. Returns a new folder with one `.mjs` for each entry, named like it; removing the
 * folder is up to the caller.
 */
export async function bundleForNode(
  entry: Record<string, string>,
  changes: readonly SourceChange[] = [],
): Promise<string> {
  const outDir = mkdtempSync(path.join(os.tmpdir(), 'alcove-bundle-'))
  // By its path, because the bundle lies outside the project.
  const sqlite = createRequire(import.meta.url).resolve('better-sqlite3')
  await build({
    configFile: false,
    logLevel: 'error',
    root: historyFolder,
    plugins: [changeSources(changes)],
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

function changeSources(changes: readonly SourceChange[]): Plugin {
  const left = new Set(changes)
  return {
    name: 'change-sources',
    enforce: 'pre',
    transform(code, id) {
      let changed = code
      for (const change of changes.filter(({ file }) => id.endsWith(`/${file}`))) {
        if (changed.split(change.from).length !== 2) throw new Error(`“${change.from}” is not once in ${id}`)
        changed = changed.replace(change.from, () => change.to)
        left.delete(change)
      }
      return changed
    },
    buildEnd(error) {
      if (!error && left.size > 0) throw new Error('a source to change was not in the bundle')
    },
  }
}
