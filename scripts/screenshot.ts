// Makes docs/screenshot.png: the real window with a history of its own.
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runnerImport } from 'vite'
import { alcovePage } from '../tests/e2e/page.ts'
import { startFakeEndpoint } from '../tests/fakes/fake-endpoint.ts'
import { launchApp } from '../tests/setup/launch-app.ts'
import { buildIfStale, projectRoot } from './build.ts'
import { resolveRuntime, runtimeEnvironment } from './electron-runtime.ts'
import { MODEL, TITLE } from './screenshot/conversation.ts'
import type { seedPicture } from './screenshot/seed.ts'
import { ensureSystemPackages } from './system-packages.ts'
import { startVirtualDisplay } from './virtual-display.ts'

const SIZE = { width: 1440, height: 900 }
const MOST_BYTES = 300_000

const runtime = await resolveRuntime()
await ensureSystemPackages(['run', 'display'], runtime.executable)
await buildIfStale()
Object.assign(process.env, runtimeEnvironment(runtime))
const display = process.platform === 'linux' ? await startVirtualDisplay() : undefined
if (display) process.env.DISPLAY = display.display
try {
  await takePicture(join(projectRoot, 'docs', 'screenshot.png'))
} finally {
  await display?.stop()
}

async function takePicture(path: string): Promise<void> {
  const userData = await mkdtemp(join(tmpdir(), 'alcove-screenshot-'))
  const models = { object: 'list', data: [{ id: MODEL, object: 'model', meta: { n_ctx: 8_192 } }] }
  const endpoint = await startFakeEndpoint({ routes: { '/v1/models': models } })
  // By Vite, which the migrations of the history are read with.
  const { module } = await runnerImport<{ seedPicture: typeof seedPicture }>(
    join(import.meta.dirname, 'screenshot', 'seed.ts'),
    { root: projectRoot, configFile: false, logLevel: 'warn' },
  )
  module.seedPicture(userData, endpoint.url)
  const { app, window, close } = await launchApp({ userData })
  try {
    await app.evaluate(({ BrowserWindow }, { width, height }) => {
      BrowserWindow.getAllWindows()[0]?.setContentSize(width, height)
    }, SIZE)
    const page = alcovePage(window)
    await page.rows.filter({ hasText: TITLE }).click()
    await page.replies.nth(1).waitFor()
    await window.waitForFunction((width) => innerWidth === width, SIZE.width)
    // The pointer would mark what is below it.
    await window.mouse.move(SIZE.width - 20, SIZE.height - 20)
    await window.waitForTimeout(500)
    await window.screenshot({ path })
  } finally {
    await close()
    await endpoint.close()
    await rm(userData, { recursive: true, force: true })
  }
  const { size } = await stat(path)
  console.log(`${path}: ${Math.round(size / 1_000)} kB`)
  if (size > MOST_BYTES) throw new Error(`The picture is larger than ${MOST_BYTES / 1_000} kB.`)
}
