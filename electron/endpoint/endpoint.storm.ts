import { expect, it } from 'vitest'
import { withstandSockets } from '../../tests/fakes/withstand-socket.ts'

const MOST_GROWTH_BYTES = 64 * 1024 * 1024

it('withstands four thousand servers that misbehave below HTTP, in the memory that the first thousand took', async () => {
  // What the process takes once, for itself and for the tests, is there after these.
  await expect(withstandSockets(1_000, 1)).resolves.toBeUndefined()
  const before = process.memoryUsage().rss
  await expect(withstandSockets(3_000, 2)).resolves.toBeUndefined()
  expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWTH_BYTES)
})
