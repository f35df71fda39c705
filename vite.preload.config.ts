import { defineConfig } from 'vite'

/** A sandboxed preload must be one CommonJS file. */
export default defineConfig({
  build: {
    outDir: 'dist/electron',
    emptyOutDir: false,
    target: 'chrome130',
    minify: false,
    lib: { entry: { preload: 'electron/preload.ts' }, formats: ['cjs'] },
    rolldownOptions: { external: ['electron'], output: { entryFileNames: '[name].cjs' } },
  },
})
