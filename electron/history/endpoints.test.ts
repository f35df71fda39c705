import { v7 as uuid } from 'uuid'
import { describe, expect, it } from 'vitest'
import { Endpoint } from '../../shared/records.ts'
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  getModelWindow,
  listEndpoints,
  setModelWindow,
  updateEndpoint,
} from './endpoints.ts'
import { NOW, temporaryHistory } from './testing/temporary-history.ts'

const LOCAL = {
  name: 'Local',
  kind: 'http',
  baseUrl: 'http://127.0.0.1:8080/v1',
  defaultModel: 'small',
  windowTokens: null,
} as const
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
      { ...LOCAL, id: ids[1] },
      { ...LOCAL, id: ids[0], kind: 'demo', name: 'Demo', windowTokens: 4096 },
    ])
    expect(getEndpoint(db, { endpointId: demo.id })).toEqual(demo)
  })

  it('change in what is given alone', () => {
    const { db } = temporaryHistory()
    const { id: endpointId } = createEndpoint(db, { ...LOCAL, windowTokens: 2048, now: NOW })
    updateEndpoint(db, { endpointId, changes: { name: 'Renamed' } })
    updateEndpoint(db, { endpointId, changes: { windowTokens: null } })
    expect(
      updateEndpoint(db, { endpointId, changes: { baseUrl: 'http://127.0.0.1:1/v1', defaultModel: null } }),
    ).toEqual({
      id: endpointId,
      name: 'Renamed',
      kind: 'http',
      baseUrl: 'http://127.0.0.1:1/v1',
      defaultModel: null,
      windowTokens: null,
    })
  })

  it('remember the window of each model until they go', () => {
    const { db } = temporaryHistory()
    const { id: endpointId } = createEndpoint(db, { ...LOCAL, now: NOW })
    const window = (windowTokens: number, source: 'assumed' | 'server') =>
      setModelWindow(db, { endpointId, model: 'small', windowTokens, source, now: NOW })
    expect(getModelWindow(db, { endpointId, model: 'small' })).toBeNull()
    window(4096, 'assumed')
    window(8192, 'server')
    expect(getModelWindow(db, { endpointId, model: 'small' })).toEqual({ windowTokens: 8192, source: 'server' })
    deleteEndpoint(db, { endpointId })
    expect(getModelWindow(db, { endpointId, model: 'small' })).toBeNull()
  })

  it('say so when they are gone', () => {
    const { db } = temporaryHistory()
    const endpointId = uuid()
    const calls = [
      () => getEndpoint(db, { endpointId }),
      () => updateEndpoint(db, { endpointId, changes: {} }),
      () => deleteEndpoint(db, { endpointId }),
      () => setModelWindow(db, { endpointId, model: 'm', windowTokens: 1, source: 'user', now: NOW }),
    ]
    for (const call of calls) expect(call).toThrow(MISSING)
  })

  it('of an unknown kind are still shown', () => {
    const { db } = temporaryHistory()
    createEndpoint(db, { ...LOCAL, now: NOW })
    db.pragma('ignore_check_constraints = ON')
    db.exec(`UPDATE endpoints SET kind = 'telepathy'`)
    expect(listEndpoints(db, {}).map(({ kind }) => kind)).toEqual(['http'])
  })
})
