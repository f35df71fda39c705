import { watchSleep } from './sleep.ts'

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

/** A clock that watches another's silence; it stands still while paused, and while the computer sleeps. */
export function createWatchClock(): WatchClock {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let limitMs = 0
  let remainingMs = 0
  let startedAt = 0
  let makeReason: (() => Error) | undefined
  let isPaused = false
  let isAsleep = false

  function update(): void {
    const isRunning = makeReason !== undefined && !isPaused && !isAsleep
    if (isRunning && timer === undefined) {
      startedAt = performance.now()
      timer = setTimeout(() => controller.abort(makeReason?.()), remainingMs)
    } else if (!isRunning && timer !== undefined) {
      clearTimeout(timer)
      timer = undefined
      remainingMs -= performance.now() - startedAt
    }
  }

  const forgetSleep = watchSleep({
    pause() {
      isAsleep = true
      update()
    },
    // Whoever slept as well gets its whole time again.
    wake() {
      isAsleep = false
      remainingMs = limitMs
      update()
    },
  })

  return {
    signal: controller.signal,
    restart(nextMs, reason) {
      clearTimeout(timer)
      timer = undefined
      limitMs = nextMs
      remainingMs = nextMs
      makeReason = reason
      update()
    },
    pause() {
      isPaused = true
      update()
    },
    resume() {
      isPaused = false
      update()
    },
    stop() {
      forgetSleep()
      makeReason = undefined
      update()
    },
  }
}
