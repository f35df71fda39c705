import { expect, it } from 'vitest'
import { withstandSockets } from '../../tests/fakes/withstand-socket.ts'

it('withstands four thousand servers that misbehave below HTTP', async () => {
  await expect(withstandSockets(4_000, 1)).resolves.toBeUndefined()
})
