import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The window. Chrome 130 is what the oldest supported test runtime embeds. */
export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { host: '127.0.0.1', port: 5173, strictPort: false },
})
