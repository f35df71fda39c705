/** What has to know that the computer slept: a clock that went on while nobody could answer tells nothing. */
export interface Sleeper {
  pause(): void
  wake(): void
}

const awake = new Set<Sleeper>()
let sleepingSince: number | null = null
let sleptMs = 0

/** From now on, `sleeper` is told of sleep and waking, until the returned function is called. */
export function watchSleep(sleeper: Sleeper): () => void {
  awake.add(sleeper)
  return () => void awake.delete(sleeper)
}

/** The computer is going to sleep. */
export function noteSuspend(): void {
  sleepingSince ??= performance.now()
  for (const sleeper of awake) sleeper.pause()
}

/** It is awake again; a connection that died meanwhile will say so itself. */
export function noteResume(): void {
  if (sleepingSince !== null) sleptMs += performance.now() - sleepingSince
  sleepingSince = null
  for (const sleeper of awake) sleeper.wake()
}

/** Milliseconds of a steady clock that stands still while the computer sleeps. */
export function awakeNow(): number {
  return (sleepingSince ?? performance.now()) - sleptMs
}
