/** Work that nobody waits for: one job at a time, and only while the person and the server have nothing else to do. */

export interface IdleJob {
  /** A later job of the same key takes the place of a waiting one. */
  key: string
  /** Stops soon after `signal` aborts, and closes its sockets at once; resolves then like at any other end. */
  run(signal: AbortSignal): Promise<void>
}

export interface IdleQueue {
  add(job: IdleJob): void
  /** Forgets a waiting job, or cancels the one that runs, for good. */
  cancel(key: string): void
  /** The person is doing something: what runs is cancelled at once and begins anew after the next pause. */
  noteActivity(): void
  /** Cancels what runs, waits for its end and runs nothing any more. */
  stop(): Promise<void>
}

interface IdleQueueOptions {
  /** True while something runs that the person waits for; its end must be told by `noteActivity`. */
  isBusy(): boolean
  /** A job that throws is told and not run again. */
  onFailed(key: string, error: unknown): void
  /** How long nothing may have happened before a job begins. */
  idleMs?: number
}

const IDLE_MS = 20_000

/**
 * Most local servers have one place to work in: a request in the background makes the next message wait, and pushes what
 * the server has read of the conversation out of its cache. So jobs run after a pause, and give way without being asked.
 */
export function createIdleQueue({ isBusy, onFailed, idleMs = IDLE_MS }: IdleQueueOptions): IdleQueue {
  const waiting = new Map<string, IdleJob>()
  let running: { job: IdleJob; controller: AbortController; isForgotten: boolean; ended: Promise<void> } | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  function waitForPause(): void {
    clearTimeout(timer)
    timer = undefined
    if (!isStopped && waiting.size > 0) timer = setTimeout(runNext, idleMs)
  }

  /** Begins the job that has waited longest. While something else runs, the activity at its end begins the next pause. */
  function runNext(): void {
    timer = undefined
    const [job] = waiting.values()
    if (!job || running || isStopped || isBusy()) return
    waiting.delete(job.key)
    const controller = new AbortController()
    const ended = run(job, controller.signal)
    running = { job, controller, isForgotten: false, ended }
  }

  async function run(job: IdleJob, signal: AbortSignal): Promise<void> {
    try {
      // Never before `running` is set.
      await Promise.resolve()
      await job.run(signal)
    } catch (error) {
      if (!signal.aborted) onFailed(job.key, error)
    }
    const { isForgotten = false } = running ?? {}
    running = undefined
    if (!signal.aborted) return runNext()
    if (!isForgotten && !waiting.has(job.key)) waiting.set(job.key, job)
    waitForPause()
  }

  return {
    add(job) {
      waiting.delete(job.key)
      waiting.set(job.key, job)
      waitForPause()
    },
    cancel(key) {
      waiting.delete(key)
      if (running?.job.key !== key) return
      running.isForgotten = true
      running.controller.abort()
    },
    noteActivity() {
      running?.controller.abort()
      waitForPause()
    },
    async stop() {
      isStopped = true
      clearTimeout(timer)
      waiting.clear()
      running?.controller.abort()
      await running?.ended
    },
  }
}
