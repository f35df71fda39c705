// Pictures a page in each look and holds it to the rules for all pages.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'vitest'
import { projectRoot } from '../../scripts/build.ts'
import type { LaunchedApp } from '../setup/launch-app.ts'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const LOOKS = [
  { name: 'light', colorScheme: 'light', width: 1280 },
  { name: 'dark', colorScheme: 'dark', width: 1280 },
  { name: 'narrow', colorScheme: 'light', width: 640 },
] as const
const HEIGHT = 800

/** Writes `<folder>/<state>-<look>.png` into the results, and expects no violation, sideways scrolling or nameless button. */
export async function checkLook(launched: LaunchedApp, folder: string, state: string): Promise<void> {
  const { window } = launched
  const pictures = join(process.env.ALCOVE_TEST_RESULTS ?? join(projectRoot, 'test-results'), folder)
  mkdirSync(pictures, { recursive: true })
  const found: Record<string, unknown> = {}
  await window.emulateMedia({ reducedMotion: 'reduce' })
  for (const { name, colorScheme, width } of LOOKS) {
    await window.emulateMedia({ colorScheme })
    await resize(launched, width)
    await window.screenshot({ path: join(pictures, `${state}-${name}.png`), animations: 'disabled' })
    found[name] = await examine(launched)
  }
  await window.emulateMedia({ colorScheme: 'light' })
  await resize(launched, LOOKS[0].width)
  const clean = { violations: [], sideways: 0, nameless: [] }
  expect(found, state).toEqual({ light: clean, dark: clean, narrow: clean })
}

async function resize({ app, window }: LaunchedApp, width: number): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height: HEIGHT },
  )
  await window.waitForFunction((expected) => innerWidth === expected, width)
}

async function examine({ window }: LaunchedApp) {
  const axe = await new AxeBuilder({ page: window }).setLegacyMode(true).withTags(RULES).analyze()
  const violations = axe.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  const sideways = await window.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  const snapshot = await window.locator('body').ariaSnapshot()
  const nameless = snapshot.split('\n').filter((line) => /^\s*- button(?!\s")/.test(line))
  return { violations, sideways: Math.max(0, sideways), nameless }
}
