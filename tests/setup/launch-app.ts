// Starts the built app in a real window, each time with a profile folder of its own.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright'
import { expectOnlyAllowed } from './connect-log.ts'

export type LaunchOptions = {
  /** Kept by the caller, to start again with the same data. */
  userData?: string
  /** A packaged app in place of the built sources. */
  executable?: string
  args?: string[]
  env?: Record<string, string | undefined>
}

export type LaunchedApp = {
  app: ElectronApplication
  window: Page
  userData: string
  /** Everything that the app wrote to its outputs. */
  output(): string
  /** Throws where the app, or another that the test started, reached what the test had not allowed. */
  close(): Promise<void>
}

/** The app under test: `npm test` makes a build of its own, so that building again does not change it meanwhile. */
export const appFolder = process.env.ALCOVE_TEST_APP ?? resolve(import.meta.dirname, '../..')

/** Also put before the main bundle of a package made for tests. */
const awaitDriver = join(import.meta.dirname, 'await-driver.cjs')

/** Saving and ending may take 2 s. */
const END_LIMIT_MS = 10_000

/** What `npm test` found for Chromium's sandbox to stand on; root outside the tests has none. */
export const sandboxBase = process.env.ALCOVE_TEST_SANDBOX ?? (process.getuid?.() === 0 ? 'none' : 'user-namespaces')

/** A package that an ordinary user has made has no setuid helper of its own. */
export const canSandboxPackages = sandboxBase === 'user-namespaces'

/** Opens the app and waits for its first window. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const userData = options.userData ?? mkdtempSync(join(tmpdir(), 'alcove-profile-'))
  const flags = [`--user-data-dir=${userData}`, '--disable-gpu', ...(options.args ?? [])]
  const app = await _electron.launch({
    executablePath: options.executable ?? electronExecutable(),
    args: options.executable ? flags : ['--require', awaitDriver, ...flags, appFolder],
    chromiumSandbox: options.executable ? canSandboxPackages : sandboxBase !== 'none',
    env: environment(options),
  })
  // Asked now: Playwright no longer gives it once the app has ended.
  const child = app.process()
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const window = await app.firstWindow()
  await window.waitForLoadState('domcontentloaded')
  const close = async () => {
    // By a signal: an ordinary quit would ask first while a reply is being written.
    if (child.exitCode === null && child.signalCode === null) {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS)
      await exited
      clearTimeout(timer)
    }
    if (!options.userData) rmSync(userData, { recursive: true, force: true })
    expectOnlyAllowed()
  }
  return { app, window, userData, output: () => output, close }
}

function environment({ executable, env }: LaunchOptions): Record<string, string> {
  const merged = { ...process.env, ...env }
  // A package has its own addon, and that is the one to test.
  if (executable) delete merged.ALCOVE_SQLITE_ADDON
  return merged as Record<string, string>
}

/** The executable of the runtime that `npm test` chose: the electron package honours ELECTRON_OVERRIDE_DIST_PATH. */
export function electronExecutable(): string {
  return createRequire(import.meta.url)('electron') as string
}
