import { readFileSync } from 'node:fs'
import { builtinModules, stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { defineConfig } from 'vite'

/** Main process and its worker threads, as ES modules. Only Electron and the native SQLite addon stay outside the bundle. */
export default defineConfig(({ mode }) => ({
  define: {
    __ALCOVE_TEST_BUILD__: JSON.stringify(process.env.ALCOVE_TEST_BUILD === '1'),
    __ALCOVE_DEV__: JSON.stringify(mode === 'development'),
  },
  build: {
    outDir: 'dist/electron',
    emptyOutDir: false,
    target: 'node20',
    minify: false,
    sourcemap: true,
    lib: {
      entry: {
        main: 'electron/main.ts',
        'history-worker': 'electron/history/worker.ts',
        'bulk-worker': 'electron/transfer/bulk-worker.ts',
        'search-worker': 'electron/search/search-worker.ts',
        'change-key-worker': 'electron/history/change-key/change-key-worker.ts',
      },
      formats: ['es'],
    },
    rolldownOptions: {
      // CommonJS dependencies (undici) require Node's modules; this gives the bundles a `require` for them.
      platform: 'node',
      external: ['electron', 'better-sqlite3', ...builtinModules, ...builtinModules.map((m) => `node:${m}`)],
      output: {
        minify: 'dce-only',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        banner: node20Shims(),
      },
    },
  },
  ssr: { noExternal: true },
  resolve: { conditions: ['node', 'import', 'module', 'default'], mainFields: ['module', 'main'] },
}))

/** A package made for tests on Electron 33 has no default app to load these first. */
function node20Shims(): string {
  if (process.env.ALCOVE_NODE20_SHIMS !== '1') return ''
  return stripTypeScriptTypes(readFileSync(join(import.meta.dirname, 'scripts/runtime/node20-shims.ts'), 'utf8'))
}
