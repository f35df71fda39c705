import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { forgetCapability, getCapabilities, setCapabilities } from './capabilities.ts'
import { createEndpoint, deleteEndpoint } from './endpoints.ts'
import { NOW, temporaryHistory } from './testing/temporary-history.ts'

const LOCAL = { name: 'Local', kind: 'http', baseUrl: 'http://127.0.0.1:1/v1', defaultModel: null } as const

function withEndpoint() {
  const { db } = temporaryHistory()
  const { id: endpointId } = createEndpoint(db, { ...LOCAL, windowTokens: null, now: NOW })
  return { db, endpointId, small: { endpointId, model: 'small' } }
}

describe('what is known of a model', () => {
  it('is kept by source, the newest of each, and goes with the endpoint', () => {
    const { db, endpointId, small } = withEndpoint()
    setCapabilities(db, { ...small, source: 'server', facts: [{ name: 'window', value: 4096 }], now: NOW })
    const facts = [
      { name: 'window', value: 8192 },
      { name: 'refused-fields', value: ['top_k', 'min_p'] },
      { name: 'images', value: false },
    ] as const
    setCapabilities(db, {
      ...small,
      source: 'server',
      facts: facts.map((fact) => structuredClone(fact) as never),
      now: NOW + 1,
    })
    setCapabilities(db, { ...small, source: 'user', facts: [{ name: 'window', value: 2048 }], now: NOW + 2 })
    expect(getCapabilities(db, small)).toEqual([
      { name: 'images', value: false, source: 'server', at: NOW + 1 },
      { name: 'refused-fields', value: ['top_k', 'min_p'], source: 'server', at: NOW + 1 },
      { name: 'window', value: 8192, source: 'server', at: NOW + 1 },
      { name: 'window', value: 2048, source: 'user', at: NOW + 2 },
    ])
    forgetCapability(db, { ...small, name: 'window', source: 'user' })
    expect(getCapabilities(db, small).map(({ source }) => source)).toEqual(['server', 'server', 'server'])
    expect(getCapabilities(db, { endpointId, model: 'other' })).toEqual([])
    deleteEndpoint(db, { endpointId })
    expect(getCapabilities(db, small)).toEqual([])
  })

  it('is left out where this version does not know it', () => {
    const { db, small } = withEndpoint()
    const insert = db.prepare("INSERT INTO capabilities VALUES (?, 'small', ?, 'server', ?, 1)")
    insert.run(small.endpointId, 'telepathy', 'true')
    insert.run(small.endpointId, 'images', '{"some":"object"}')
    insert.run(small.endpointId, 'tools', 'true')
    expect(getCapabilities(db, small)).toEqual([{ name: 'tools', value: true, source: 'server', at: 1 }])
  })

  it('cannot be kept for an endpoint that is gone', () => {
    const { db } = withEndpoint()
    const facts = [{ name: 'window', value: 1 }] as const
    const args = { endpointId: uuid(), model: 'm', source: 'user', facts, now: NOW } as const
    expect(() => setCapabilities(db, args)).toThrow(expect.objectContaining({ code: 'endpoint-missing' }))
  })
})
