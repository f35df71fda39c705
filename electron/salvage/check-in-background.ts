/** Looks for damage now and then while nobody waits: a history that is never read to its end would rot unnoticed. */
import { setTimeout as wait } from 'node:timers/promises'
import type { CheckCursor, CheckProblems } from '../history/salvage/check-slice.ts'
import type { BulkWorker } from '../transfer/bulk.ts'

interface CheckedHistory {
  getSettings(args: Record<string, never>): Promise<Record<string, unknown>>
  setSettings(args: { values: Record<string, unknown> }): Promise<void>
}

interface CheckArgs {
  history: CheckedHistory
  /** Told for each slice, so that a worker that ended is started anew. */
  bulk(): Pick<BulkWorker, 'read'>
  /** The program did not end as it should the last time. */
  endedUncleanly: boolean
  /** Aborted when the history is closed. */
  signal: AbortSignal
  now(): number
  onDamage(damage: { conversations: number; messages: number }): void
  /** After opening, and between two slices; tests only. */
  delaysMs?: { first: number; between: number }
}

/** A setting of the history's own: it is in no export. */
const CHECK = 'history.check'
const WEEK_MS = 7 * 24 * 3_600_000
const DELAYS_MS = { first: 60_000, between: 60 }

interface BackgroundCheck extends Omit<CheckArgs, 'signal' | 'now' | 'delaysMs'> {
  onFailed(what: string, error: unknown): void
}

/** Starts `checkInBackground`; closing stops it, and waits until it no longer reads. */
export function startBackgroundCheck({ onFailed, ...args }: BackgroundCheck): { close(): Promise<void> } {
  const stop = new AbortController()
  const checking = checkInBackground({ ...args, signal: stop.signal, now: Date.now }).catch((error: unknown) =>
    onFailed('checking the history', error),
  )
  return {
    async close() {
      stop.abort()
      await checking
    },
  }
}

/**
 * Checks once a week, after an unclean end, and again after a check that found something, since that is only known while the
 * program runs. Resolves when the check is over, not due, or `signal` was aborted. Throws what the reads throw.
 */
export async function checkInBackground(args: CheckArgs): Promise<void> {
  const { history, signal, now, delaysMs = DELAYS_MS } = args
  try {
    await wait(delaysMs.first, undefined, { signal })
    const last = asLastCheck((await history.getSettings({}))[CHECK])
    // A clock that was put back must not keep the check from running.
    const age = Math.abs(now() - last.at)
    if (last.isSound && !args.endedUncleanly && age < WEEK_MS) return
    const problems = await checkAll(args, delaysMs.between)
    const isSound = problems.messages + problems.conversationSeqs.length + problems.others === 0
    if (!isSound) {
      args.onDamage({ conversations: new Set(problems.conversationSeqs).size, messages: problems.messages })
    }
    await history.setSettings({ values: { [CHECK]: { at: now(), isSound } } })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

async function checkAll({ bulk, signal }: CheckArgs, between: number): Promise<CheckProblems> {
  const all: CheckProblems = { messages: 0, conversationSeqs: [], others: 0 }
  let cursor: CheckCursor | null = null
  do {
    const slice: { cursor: CheckCursor | null; problems: CheckProblems } = await bulk().read('checkSlice', { cursor })
    all.messages += slice.problems.messages
    all.conversationSeqs.push(...slice.problems.conversationSeqs)
    all.others += slice.problems.others
    cursor = slice.cursor
    await wait(between, undefined, { signal })
  } while (cursor)
  return all
}

function asLastCheck(stored: unknown): { at: number; isSound: boolean } {
  const { at, isSound } = (stored ?? {}) as Record<string, unknown>
  return typeof at === 'number' ? { at, isSound: isSound === true } : { at: 0, isSound: false }
}
