/** Aborts `signal` with the reason that `restart` was given when its time runs out. */
export interface WatchClock {
  signal: AbortSignal
  /** Counts down anew. */
  restart(limitMs: number, reason: () => Error): void
  /** Time that we spend elsewhere is not the server's. */
  pause(): void
  resume(): void
  stop(): void
}

/** A clock that watches another's silence; it stands still while paused. */
export function createWatchClock(): WatchClock {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let remainingMs = 0
  let startedAt = 0
  let makeReason: (() => Error) | undefined

  function run(): void {
    startedAt = performance.now()
    timer = setTimeout(() => controller.abort(makeReason?.()), remainingMs)
  }

  function pause(): void {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    remainingMs -= performance.now() - startedAt
  }

  return {
    signal: controller.signal,
    restart(limitMs, reason) {
      const wasPaused = timer === undefined && makeReason !== undefined
      clearTimeout(timer)
      timer = undefined
      remainingMs = limitMs
      makeReason = reason
      if (!wasPaused) run()
    },
    pause,
    resume() {
      if (timer === undefined && makeReason !== undefined) run()
    },
    stop() {
      clearTimeout(timer)
      timer = undefined
      makeReason = undefined
    },
  }
}
