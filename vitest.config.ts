import { defineConfig } from 'vitest/config'

const anywhere = '{electron,shared,renderer,scripts,tests}/**/*'
const MINUTE_MS = 60_000

export default defineConfig({
  define: { __ALCOVE_TEST_BUILD__: 'false', __ALCOVE_DEV__: 'false' },
  test: {
    // The tests may run as a user who must not write into the checkout.
    cache: false,
    fsModuleCache: false,
    // Inlined so that a test can stand in for the `electron` that it imports.
    server: { deps: { inline: ['electron-store'] } },
    projects: [
      { extends: true, test: { name: 'unit', include: [`${anywhere}.test.{ts,tsx}`], testTimeout: MINUTE_MS / 2 } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/**/*.e2e.ts'],
          globalSetup: ['tests/setup/collect-connections.ts'],
          setupFiles: ['tests/setup/watch-connections.ts'],
          // One window at a time: they share a display and two cores.
          fileParallelism: false,
          testTimeout: 2 * MINUTE_MS,
          hookTimeout: 2 * MINUTE_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'storm',
          include: [`${anywhere}.storm.ts`],
          fileParallelism: false,
          testTimeout: 20 * MINUTE_MS,
          hookTimeout: 5 * MINUTE_MS,
        },
      },
    ],
  },
})
