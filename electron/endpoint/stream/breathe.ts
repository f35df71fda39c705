import { setImmediate } from 'node:timers/promises'

/** Work in one go that nobody waiting for the thread notices. */
const BUSY_MS = 4

/**
 * Lets everything else on this thread have its turn, once work has gone on for a few milliseconds. Reading a stream that
 * always has more never waits for the network, so that without this nothing but the stream would run.
 */
export function createBreather(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < BUSY_MS) return
    await setImmediate()
    since = performance.now()
  }
}
