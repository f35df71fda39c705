import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { noteResume, noteSuspend } from './sleep.ts'
import { createWatchClock, type WatchClock } from './watch-clock.ts'

let clock: WatchClock
beforeEach(() => {
  vi.useFakeTimers()
  clock = createWatchClock()
})
afterEach(() => {
  clock.stop()
  vi.useRealTimers()
})

const late = () => new Error('late')

it('runs out once its time has passed, with the reason that it was given', () => {
  clock.restart(100, late)
  vi.advanceTimersByTime(99)
  expect(clock.signal.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(clock.signal.reason).toEqual(late())
})

it('stands still while it is paused, and goes on with what was left', () => {
  clock.restart(100, late)
  vi.advanceTimersByTime(60)
  clock.pause()
  vi.advanceTimersByTime(1_000)
  clock.resume()
  vi.advanceTimersByTime(39)
  expect(clock.signal.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(clock.signal.aborted).toBe(true)
})

it('gives the whole time again after the computer slept', () => {
  clock.restart(100, late)
  vi.advanceTimersByTime(90)
  noteSuspend()
  vi.advanceTimersByTime(8 * 3_600_000)
  expect(clock.signal.aborted).toBe(false)
  noteResume()
  vi.advanceTimersByTime(99)
  expect(clock.signal.aborted).toBe(false)
  vi.advanceTimersByTime(1)
  expect(clock.signal.aborted).toBe(true)
})

it('stays paused through a sleep, and asleep through a restart', () => {
  clock.restart(100, late)
  clock.pause()
  noteSuspend()
  clock.restart(50, late)
  noteResume()
  vi.advanceTimersByTime(1_000)
  expect(clock.signal.aborted).toBe(false)
  clock.resume()
  vi.advanceTimersByTime(50)
  expect(clock.signal.aborted).toBe(true)
})
