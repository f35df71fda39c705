import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BrowserWindow } from 'electron'

const LIMIT_MS = 3_000

/** Time for the page to take in what it was just told and for that to be drawn. */
const NEXT_FRAMES_MS = 150

/**
 * Resolves when what the page has to say stands on the screen, or after 3 s; at once where there is no window. Once main
 * stands still nothing more is drawn.
 */
export async function whenDrawn(window: BrowserWindow | undefined): Promise<void> {
  if (!window) return
  await Promise.race([drawn(window).catch(() => undefined), sleep(LIMIT_MS)])
}

async function drawn(window: BrowserWindow): Promise<void> {
  await Promise.all([
    window.isVisible() ? undefined : once(window, 'show'),
    window.webContents.isLoading() ? once(window.webContents, 'did-finish-load') : undefined,
  ])
  await sleep(NEXT_FRAMES_MS)
  // A picture of the page is taken from a frame that was really made.
  await window.webContents.capturePage()
}
