import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FloodServer, startFloodServer } from '../../tests/fakes/flood-server.ts'
import { floods, withstandFlood } from '../../tests/fakes/withstand-flood.ts'

const MiB = 1024 * 1024

let server: FloodServer
beforeAll(async () => {
  server = await startFloodServer()
})
afterAll(() => server.close())

describe('a server that never stops pouring', () => {
  it.each(floods)('cannot fill memory with $what', async (flood) => {
    const { outcome, grownMiB, takenMiB } = await withstandFlood(server, flood, 96 * MiB)
    console.info(`${flood.what}: ${outcome} after ${takenMiB} MiB, ${grownMiB} MiB more memory`)
    expect(outcome).toMatch(flood.outcome)
    expect(grownMiB).toBeLessThan(64)
  })
})
