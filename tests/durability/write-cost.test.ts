import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countWrites, type WriteCounts } from './count-writes.ts'
import { memoryFolder } from './memory-folder.ts'
import { bundleScenarios } from './program/bundle.ts'
import { EXCHANGES } from './program/write-counts.ts'

/** Replies at once. */
const STREAMS = [1, 4]
const DURABLE_MESSAGES = 2 * EXCHANGES

let small: WriteCounts
let large: WriteCounts
let folder = ''
beforeAll(async () => {
  folder = mkdtempSync(path.join(memoryFolder, 'alcove-cost-'))
  const programs = await bundleScenarios()
  ;[small, large] = await Promise.all([
    countWrites({ programs, folder, conversations: 10, streams: [] }),
    countWrites({ programs, folder, conversations: 200, streams: STREAMS }),
  ])
  rmSync(programs, { recursive: true })
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

describe('what a durable message costs on the disk', () => {
  it('is at most 52 KiB and two syncs, with its share of checkpoints and of the index', () => {
    for (const { exchanges } of [small, large]) {
      expect(exchanges.bytes / DURABLE_MESSAGES / 1024).toBeLessThanOrEqual(52)
      expect(exchanges.syncs / DURABLE_MESSAGES).toBeLessThanOrEqual(2)
    }
  })

  it('does not depend on how much is in the history', () => {
    const ratio = large.exchanges.bytes / small.exchanges.bytes
    expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.1)
  })

  it('is one commit for each 200 ms while replies stream, however many do', () => {
    for (const count of STREAMS) {
      const { syncs = Number.NaN, elapsedMs = 0 } = large.streams.get(count) ?? {}
      expect(syncs).toBeGreaterThan(2)
      expect(syncs).toBeLessThanOrEqual(elapsedMs / 200 + 2)
    }
  })

  it('leaves no chunk behind when replies have ended', () => {
    expect([small.leftChunks, large.leftChunks]).toEqual([0, 0])
  })
})
