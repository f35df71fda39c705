import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FloodServer, startFloodServer } from '../../tests/fakes/flood-server.ts'
import { floods, withstandFlood } from '../../tests/fakes/withstand-flood.ts'

const MiB = 1024 * 1024

let server: FloodServer
beforeAll(async () => {
  server = await startFloodServer()
})
afterAll(() => server.close())

describe('a server that pours out much more than was asked for', () => {
  // Each is a process of its own; the storm takes all of them, and far more of each.
  const quick = ['a list of models', 'the body of an error', 'headers', 'a line without end', 'empty events']
  it.each(floods.filter(({ what }) => quick.includes(what)))('cannot fill memory with $what', async (flood) => {
    const { outcome, grownMiB } = await withstandFlood(
      server,
      flood,
      flood.what === 'empty events' ? 16 * MiB : 128 * MiB,
    )
    expect(outcome).toMatch(flood.outcome)
    expect(grownMiB).toBeLessThan(64)
  })
})
