import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { Endpoint } from '../../shared/endpoint-records.ts'
import { createEndpoint, deleteEndpoint, getEndpoint, listEndpoints, updateEndpoint } from './endpoints.ts'
import { NOW, temporaryHistory } from './testing/temporary-history.ts'

const LOCAL = {
  name: 'Local',
  kind: 'http',
  baseUrl: 'http://127.0.0.1:8080/v1',
  defaultModel: 'small',
  windowTokens: null,
} as const
const DEFAULTS = { streaming: true, waits: {}, certificate: null }
const MISSING = expect.objectContaining({ code: 'endpoint-missing' })

describe('endpoints', () => {
  it('are listed in the order of their making, in the shape of the contract', () => {
    const { db } = temporaryHistory()
    const ids = [uuid(), uuid()] as const
    createEndpoint(db, { ...LOCAL, id: ids[1], now: NOW })
    const demo = createEndpoint(db, {
      ...LOCAL,
      id: ids[0],
      kind: 'demo',
      name: 'Demo',
      windowTokens: 4096,
      now: NOW - 1,
    })
    const list = listEndpoints(db, {})
    expect(Endpoint.omit({ hasKey: true }).strict().array().parse(list)).toEqual([
      { ...LOCAL, ...DEFAULTS, id: ids[1] },
      { ...LOCAL, ...DEFAULTS, id: ids[0], kind: 'demo', name: 'Demo', windowTokens: 4096 },
    ])
    expect(getEndpoint(db, { endpointId: demo.id })).toEqual(demo)
  })

  it('change in what is given alone', () => {
    const { db } = temporaryHistory()
    const { id: endpointId } = createEndpoint(db, { ...LOCAL, windowTokens: 2048, now: NOW })
    updateEndpoint(db, { endpointId, changes: { name: 'Renamed' } })
    updateEndpoint(db, { endpointId, changes: { windowTokens: null } })
    updateEndpoint(db, { endpointId, changes: { streaming: false, waits: { idleSeconds: 5 } } })
    updateEndpoint(db, { endpointId, changes: { certificate: 'ab'.repeat(32) } })
    expect(
      updateEndpoint(db, { endpointId, changes: { baseUrl: 'http://127.0.0.1:1/v1', defaultModel: null } }),
    ).toEqual({
      id: endpointId,
      name: 'Renamed',
      kind: 'http',
      baseUrl: 'http://127.0.0.1:1/v1',
      defaultModel: null,
      windowTokens: null,
      streaming: false,
      waits: { idleSeconds: 5 },
      certificate: 'ab'.repeat(32),
    })
  })

  it('say so when they are gone', () => {
    const { db } = temporaryHistory()
    const endpointId = uuid()
    const calls = [
      () => getEndpoint(db, { endpointId }),
      () => updateEndpoint(db, { endpointId, changes: {} }),
      () => deleteEndpoint(db, { endpointId }),
    ]
    for (const call of calls) expect(call).toThrow(MISSING)
  })

  it('with waits that nobody can read follow the defaults', () => {
    const { db } = temporaryHistory()
    createEndpoint(db, { ...LOCAL, now: NOW })
    db.exec(`UPDATE endpoints SET waits = '{"idleSeconds":"long"}'`)
    expect(listEndpoints(db, {}).map(({ waits }) => waits)).toEqual([{}])
  })

  it('of an unknown kind are still shown', () => {
    const { db } = temporaryHistory()
    createEndpoint(db, { ...LOCAL, now: NOW })
    db.pragma('ignore_check_constraints = ON')
    db.exec(`UPDATE endpoints SET kind = 'telepathy'`)
    expect(listEndpoints(db, {}).map(({ kind }) => kind)).toEqual(['http'])
  })
})
