import { describe, expect, it } from 'vitest'
import type { CheckSlice } from '../history/salvage/check-slice.ts'
import { checkInBackground } from './check-in-background.ts'

const DAY_MS = 24 * 3_600_000
const NOW = 1_700_000_000_000
const whole: CheckSlice = { cursor: null, problems: { messages: 0, conversationSeqs: [], others: 0 } }
const damaged: CheckSlice[] = [
  { cursor: { table: 'messages', after: 5 }, problems: { messages: 2, conversationSeqs: [1, 2], others: 0 } },
  { cursor: null, problems: { messages: 1, conversationSeqs: [2], others: 1 } },
]

interface Run {
  settings?: Record<string, unknown>
  slices?: CheckSlice[]
  endedUncleanly?: boolean
  signal?: AbortSignal
}

async function run({ settings = {}, slices = [whole], endedUncleanly = false, signal }: Run) {
  const stored = { ...settings }
  const found: unknown[] = []
  let read = 0
  await checkInBackground({
    history: {
      getSettings: async () => stored,
      setSettings: async ({ values }) => void Object.assign(stored, values),
    },
    bulk: () => ({ read: async () => slices[read++] as never }),
    endedUncleanly,
    signal: signal ?? new AbortController().signal,
    now: () => NOW,
    onDamage: (damage) => found.push(damage),
    delaysMs: { first: 0, between: 0 },
  })
  return { read, found, stored }
}

const checked = (at: number, isSound = true) => ({ 'history.check': { at, isSound } })

describe('the check in the background', () => {
  it('remembers when a history was last found whole', async () => {
    expect(await run({})).toEqual({ read: 1, found: [], stored: checked(NOW) })
  })

  it('tells what it found in all slices, and remembers that there is something to tell again', async () => {
    expect(await run({ slices: damaged })).toEqual({
      read: 2,
      found: [{ conversations: 2, messages: 3 }],
      stored: checked(NOW, false),
    })
  })

  it.each([
    ['not within a week', checked(NOW - 6 * DAY_MS), false, 0],
    ['after a week', checked(NOW - 8 * DAY_MS), false, 1],
    ['when the clock was put back', checked(NOW + 8 * DAY_MS), false, 1],
    ['after an unclean end', checked(NOW - DAY_MS), true, 1],
    ['after one that found damage', checked(NOW - DAY_MS, false), false, 1],
    ['where the note about the last one makes no sense', { 'history.check': 'yesterday' }, false, 1],
  ])('runs: %s', async (_, settings, endedUncleanly, reads) => {
    expect((await run({ settings, endedUncleanly })).read).toBe(reads)
  })

  it('ends without a word when the history is closed', async () => {
    expect(await run({ signal: AbortSignal.abort() })).toEqual({ read: 0, found: [], stored: {} })
  })
})
