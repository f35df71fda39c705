const HIDDEN_MS = 250
/** Drawing may take this part of the time; the rest belongs to typing and scrolling. */
const BUSY_PART = 0.4

let restUntil = 0

/**
 * Runs `paint` before the next frame, or after 250 ms while the window is hidden and has no frames. After a costly
 * drawing it waits longer, so that a huge block that grows cannot keep the window busy.
 * Returns the function that cancels it.
 */
export function scheduleFrame(paint: () => void): () => void {
  let frame = 0
  const cancel = () => {
    cancelAnimationFrame(frame)
    clearTimeout(rest)
    clearTimeout(fallback)
  }
  const run = () => {
    cancel()
    const startedAt = performance.now()
    paint()
    // React draws in a microtask of its own, which is before this one.
    queueMicrotask(() => {
      const costMs = performance.now() - startedAt
      restUntil = startedAt + costMs / BUSY_PART
    })
  }
  const request = () => {
    frame = requestAnimationFrame(run)
  }
  const restMs = restUntil - performance.now()
  let rest: ReturnType<typeof setTimeout> | undefined
  if (restMs > 0) rest = setTimeout(request, restMs)
  else request()
  // Also while visible: the window may be hidden before the frame comes.
  const fallback = setTimeout(run, Math.max(0, restMs) + HIDDEN_MS)
  return cancel
}
