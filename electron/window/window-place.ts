import type { WindowPlace } from '../preferences/preferences.ts'

interface Area {
  x: number
  y: number
  width: number
  height: number
}

const DEFAULT_SIZE = { width: 1180, height: 800 }
export const MINIMUM_SIZE = { width: 420, height: 360 }
/** So much of the window must lie on a screen for it to be found and dragged. */
const VISIBLE_PIXELS = 80

/**
 * Where the window opens: its last place when enough of that is on a screen that is still there, else its last size in
 * the middle (`x` and `y` absent). All in device-independent pixels.
 */
export function placeWindow(
  place: WindowPlace | null,
  screens: Area[],
): { width: number; height: number; x?: number; y?: number } {
  const largest = screens.toSorted((a, b) => b.width * b.height - a.width * a.height)[0]
  const limit = largest ?? DEFAULT_SIZE
  const clamp = (value: number, minimum: number, maximum: number) => Math.max(Math.min(value, maximum), minimum)
  const width = clamp(place?.width ?? DEFAULT_SIZE.width, MINIMUM_SIZE.width, limit.width)
  const height = clamp(place?.height ?? DEFAULT_SIZE.height, MINIMUM_SIZE.height, limit.height)
  if (!place) return { width, height }
  const { x, y } = place
  const isReachable = screens.some(
    (screen) =>
      Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x) >= VISIBLE_PIXELS &&
      // The title bar is what one drags: it must not be above the screen, nor all below it.
      y >= screen.y &&
      y <= screen.y + screen.height - VISIBLE_PIXELS,
  )
  return isReachable ? { width, height, x, y } : { width, height }
}
