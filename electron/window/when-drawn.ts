import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserWindow } from 'electron'

const LIMIT_MS = 3_000

/** Resolves when the window shows its page, or after 3 s; at once where there is no window. */
export async function whenDrawn(window: BrowserWindow | undefined): Promise<void> {
  if (!window) return
  const drawn = [
    ...(window.isVisible() ? [] : [once(window, 'show')]),
    ...(window.webContents.isLoading() ? [once(window.webContents, 'did-finish-load')] : []),
  ]
  await Promise.race([Promise.all(drawn), sleep(LIMIT_MS)])
}
