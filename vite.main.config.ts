import { builtinModules } from 'node:module'
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
      },
      formats: ['es'],
    },
    rolldownOptions: {
      external: ['electron', 'better-sqlite3', ...builtinModules, ...builtinModules.map((m) => `node:${m}`)],
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
  ssr: { noExternal: true },
  resolve: { conditions: ['node', 'import', 'module', 'default'], mainFields: ['module', 'main'] },
}))
