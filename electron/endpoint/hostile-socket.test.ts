import { expect, it } from 'vitest'
import { withstandSockets } from '../../tests/fakes/withstand-socket.ts'

it('withstands servers that misbehave below HTTP', async () => {
  await expect(withstandSockets(120, 20_261_124)).resolves.toBeUndefined()
})
