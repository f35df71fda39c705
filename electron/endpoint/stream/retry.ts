import { setTimeout as sleep } from 'node:timers/promises'
import { EndpointFailure } from '../http/failure.ts'
import type { ChatLimits } from './chat-limits.ts'
import { awakeNow } from './sleep.ts'

/** Decides for one reply whether to try again after a failure that came before its first token. */
export interface Retries {
  /** Milliseconds to wait before the next try; null when this failure is final. */
  waitMs(failure: unknown): number | null
}

/** Retries by `limits`: a few with growing pauses, or for as long as a model may take to load. */
export function startRetries(limits: ChatLimits, random: () => number = Math.random): Retries {
  let tries = 0
  let loadingSince: number | null = null

  return {
    waitMs(failure) {
      if (!(failure instanceof EndpointFailure) || failure.retry === 'never') return null
      if (failure.retry === 'loading') {
        loadingSince ??= awakeNow()
        return awakeNow() - loadingSince < limits.loadingMs ? limits.loadingPollMs : null
      }
      const pauseMs = limits.backoffMs[tries]
      if (pauseMs === undefined) return null
      tries += 1
      return failure.retryAfterMs ?? pauseMs * (0.8 + 0.4 * random())
    },
  }
}

/** Waits; false when `signal` aborted meanwhile. */
export async function waitUnlessAborted(waitMs: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(waitMs, undefined, { signal })
    return true
  } catch {
    return false
  }
}
