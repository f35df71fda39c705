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
  server: {
    // Looser than the app's own policy, because hot reload needs inline code and a socket; never part of a build.
    headers: {
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; worker-src 'self'; connect-src 'self' ws:",
    },
    host: '127.0.0.1',
    port: 5173,
    strictPort: false,
  },
})
