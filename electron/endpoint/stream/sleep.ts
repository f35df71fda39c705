/** What has to know that the computer slept: a clock that went on while nobody could answer tells nothing. */
export interface Sleeper {
  pause(): void
  wake(): void
}

const awake = new Set<Sleeper>()

/** From now on, `sleeper` is told of sleep and waking, until the returned function is called. */
export function watchSleep(sleeper: Sleeper): () => void {
  awake.add(sleeper)
  return () => void awake.delete(sleeper)
}

/** The computer is going to sleep. */
export function noteSuspend(): void {
  for (const sleeper of awake) sleeper.pause()
}

/** It is awake again; a connection that died meanwhile will say so itself. */
export function noteResume(): void {
  for (const sleeper of awake) sleeper.wake()
}
