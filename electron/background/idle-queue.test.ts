import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createIdleQueue, type IdleJob } from './idle-queue.ts'

const IDLE_MS = 1_000

let isBusy: boolean
let told: string[]

beforeEach(() => {
  vi.useFakeTimers()
  isBusy = false
  told = []
})
afterEach(() => vi.useRealTimers())

const queue = () =>
  createIdleQueue({ isBusy: () => isBusy, onFailed: (key) => told.push(`${key} failed`), idleMs: IDLE_MS })

const pause = (ms = IDLE_MS) => vi.advanceTimersByTimeAsync(ms)

/** A job that tells what happens to it and runs until `end` is called or it is cancelled. */
function job(key: string, name = key): IdleJob & { end(): void } {
  let end: () => void = () => {}
  return {
    key,
    end: () => end(),
    run: (signal) =>
      new Promise((resolve) => {
        told.push(`${name} begins`)
        end = () => {
          told.push(`${name} ends`)
          resolve()
        }
        signal.addEventListener('abort', () => {
          told.push(`${name} is cancelled`)
          resolve()
        })
      }),
  }
}

describe('the idle queue', () => {
  it('begins a job only after a pause, which every activity begins anew', async () => {
    const idle = queue()
    idle.add(job('a'))
    await pause(IDLE_MS - 1)
    idle.noteActivity()
    await pause(IDLE_MS - 1)
    expect(told).toEqual([])
    await pause(1)
    expect(told).toEqual(['a begins'])
  })

  it('runs one job at a time, in their order', async () => {
    const idle = queue()
    const first = job('a')
    idle.add(first)
    idle.add(job('b'))
    await pause()
    idle.add(job('c'))
    await pause()
    expect(told).toEqual(['a begins'])
    first.end()
    await pause(0)
    expect(told).toEqual(['a begins', 'a ends', 'b begins'])
  })

  it('cancels what runs at once when the person does something, and begins it anew after the next pause', async () => {
    const idle = queue()
    idle.add(job('a'))
    await pause()
    idle.noteActivity()
    expect(told).toEqual(['a begins', 'a is cancelled'])
    await pause()
    expect(told).toEqual(['a begins', 'a is cancelled', 'a begins'])
  })

  it('begins nothing while a reply is being written, until it has ended and a pause has passed', async () => {
    const idle = queue()
    isBusy = true
    idle.add(job('a'))
    await pause(IDLE_MS * 3)
    expect(told).toEqual([])
    isBusy = false
    await pause(IDLE_MS * 3)
    expect(told).toEqual([])
    idle.noteActivity()
    await pause()
    expect(told).toEqual(['a begins'])
  })

  it('begins no second job behind the first when the person has begun to wait meanwhile', async () => {
    const idle = queue()
    const first = job('a')
    idle.add(first)
    idle.add(job('b'))
    await pause()
    isBusy = true
    first.end()
    await pause(IDLE_MS * 3)
    expect(told).toEqual(['a begins', 'a ends'])
  })

  it('runs the later of two jobs with one key, also when the former was cancelled', async () => {
    const idle = queue()
    idle.add(job('a', 'old'))
    idle.add(job('a', 'new'))
    await pause()
    idle.noteActivity()
    idle.add(job('a', 'newest'))
    await pause()
    await pause()
    expect(told).toEqual(['new begins', 'new is cancelled', 'newest begins'])
  })

  it('forgets a job by its key, whether it waits or runs', async () => {
    const idle = queue()
    idle.add(job('a'))
    idle.add(job('b'))
    idle.cancel('b')
    await pause()
    idle.cancel('a')
    await pause()
    await pause()
    expect(told).toEqual(['a begins', 'a is cancelled'])
  })

  it('tells of a job that fails, does not run it again and goes on', async () => {
    const idle = queue()
    idle.add({ key: 'a', run: () => Promise.reject(new Error('no')) })
    idle.add(job('b'))
    await pause()
    expect(told).toEqual(['a failed', 'b begins'])
  })

  it('waits for the end of what it cancels when it is stopped, and runs nothing afterwards', async () => {
    const idle = queue()
    idle.add({
      key: 'a',
      run: (signal) =>
        new Promise((resolve) => {
          told.push('a begins')
          signal.addEventListener('abort', () => setTimeout(() => resolve(), 10))
        }),
    })
    idle.add(job('b'))
    await pause()
    void idle.stop().then(() => told.push('stopped'))
    await pause(9)
    expect(told).toEqual(['a begins'])
    await pause(1)
    expect(told).toEqual(['a begins', 'stopped'])
    idle.add(job('c'))
    idle.noteActivity()
    await pause(IDLE_MS * 3)
    expect(told).toEqual(['a begins', 'stopped'])
  })
})
