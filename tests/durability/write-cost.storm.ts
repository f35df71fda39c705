import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { countWrites } from './count-writes.ts'
import { memoryFolder } from './memory-folder.ts'
import { bundleScenarios } from './program/bundle.ts'
import { EXCHANGES } from './program/write-counts.ts'

/** Of 100 messages each. */
const CONVERSATIONS = [10, 100, 1000]

it('writes as much for a message whether a thousand or a hundred thousand are there', async () => {
  const folder = mkdtempSync(path.join(memoryFolder, 'alcove-cost-'))
  const programs = await bundleScenarios()
  const perMessage: number[] = []
  for (const conversations of CONVERSATIONS) {
    const { exchanges } = await countWrites({ programs, folder, conversations, streams: [] })
    perMessage.push(exchanges.bytes / 1024 / (2 * EXCHANGES))
  }
  rmSync(programs, { recursive: true })
  rmSync(folder, { recursive: true })
  const shown = perMessage.map((kib, index) => `${kib.toFixed(1)} KiB at ${(CONVERSATIONS[index] ?? 0) * 100}`)
  console.log(`write cost of a durable message, index and checkpoints included: ${shown.join(', ')} messages`)
  expect(Math.max(...perMessage)).toBeLessThanOrEqual(52)
  // The index of a hundred times as many words is merged in more steps.
  expect(Math.max(...perMessage) / Math.min(...perMessage)).toBeLessThanOrEqual(1.2)
})
