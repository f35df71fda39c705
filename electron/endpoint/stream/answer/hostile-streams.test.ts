import { expect, it } from 'vitest'
import { withstandStreams } from '../../../../tests/fakes/withstand-streams.ts'

it('means by ten thousand streams what a simple reader of all their bytes does, however they are cut', async () => {
  const verdicts = await withstandStreams(1, 10_000, 500)
  expect(Object.keys(verdicts).sort()).toEqual([
    'endpoint-not-openai',
    'failed',
    'reply-empty',
    'stream-broken',
    'whole',
  ])
  // Each of them often enough to mean something.
  expect(Math.min(...Object.values(verdicts))).toBeGreaterThan(200)
})
