const HIDDEN_MS = 250

/**
 * Runs `paint` before the next frame, or after 250 ms while the window is hidden and has no frames.
 * Returns the function that cancels it.
 */
export function scheduleFrame(paint: () => void): () => void {
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const run = () => {
    cancel()
    paint()
  }
  const frame = requestAnimationFrame(run)
  // Also while visible: the window may be hidden before the frame comes.
  const timer = setTimeout(run, HIDDEN_MS)
  return cancel
}
