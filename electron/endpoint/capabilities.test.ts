import { describe, expect, it } from 'vitest'
import type { Capability } from '../../shared/record-types.ts'
import { forgetCapability, getCapabilities, setCapabilities } from '../history/capabilities.ts'
import { createEndpoint, getEndpoint } from '../history/endpoints.ts'
import type { History } from '../history/history.ts'
import { NOW, temporaryHistory } from '../history/testing/temporary-history.ts'
import { capabilityOf, knownCapabilities, learn, setWindowByHand } from './capabilities.ts'
import { knownWindow } from './model-window.ts'

const LOCAL = { name: 'Local', kind: 'http', baseUrl: 'http://127.0.0.1:1/v1', defaultModel: null } as const

function setUp(windowTokens: number | null = null) {
  const { db } = temporaryHistory()
  const { id } = createEndpoint(db, { ...LOCAL, windowTokens, now: NOW })
  const writes: string[] = []
  const history = {
    getCapabilities: async (args: Parameters<typeof getCapabilities>[1]) => getCapabilities(db, args),
    forgetCapability: async (args: Parameters<typeof forgetCapability>[1]) => forgetCapability(db, args),
    setCapabilities: async (args: Parameters<typeof setCapabilities>[1]) => {
      writes.push(...args.facts.map(({ name }) => name))
      setCapabilities(db, args)
    },
  } as unknown as History
  const put = (source: 'server' | 'learned', value: number, now: number) =>
    setCapabilities(db, { endpointId: id, model: 'm', source, facts: [{ name: 'window', value }], now })
  return { id, history, writes, put, window: () => knownWindow(history, getEndpoint(db, { endpointId: id }), 'm') }
}

describe('the window of a model', () => {
  it('is the newest that was told or learned', async () => {
    const { put, window } = setUp()
    expect(await window()).toEqual({ tokens: 4096, source: 'assumed' })
    put('learned', 2048, 5)
    put('server', 8192, 4)
    expect(await window()).toEqual({ tokens: 2048, source: 'learned' })
    put('server', 8192, 6)
    expect(await window()).toEqual({ tokens: 8192, source: 'server' })
  })

  it('is what a person set, for the model before the endpoint, until that is taken back', async () => {
    const { id, history, put, window } = setUp(1024)
    put('server', 8192, NOW)
    expect(await window()).toEqual({ tokens: 1024, source: 'user' })
    await setWindowByHand(history, id, 'm', 512)
    put('server', 16_384, NOW + 1_000_000_000_000)
    expect(await window()).toEqual({ tokens: 512, source: 'user' })
    const rest = await setWindowByHand(history, id, 'm', null)
    expect(rest).toMatchObject([{ name: 'window', value: 16_384, source: 'server' }])
    expect(await window()).toEqual({ tokens: 1024, source: 'user' })
  })
})

describe('learning', () => {
  it('writes what is new and nothing else', async () => {
    const { id, history, writes } = setUp()
    const facts = [
      { name: 'usage', value: true },
      { name: 'refused-fields', value: ['top_k'] },
    ] satisfies { name: Capability['name']; value: Capability['value'] }[]
    await learn(history, id, 'm', 'learned', facts)
    await learn(history, id, 'm', 'learned', facts)
    await learn(history, id, 'm', 'learned', [{ name: 'usage', value: false }])
    expect(writes).toEqual(['usage', 'refused-fields', 'usage'])
  })

  it('writes the same again where another source has said otherwise since', async () => {
    const { id, history, put, window } = setUp()
    put('server', 8192, 1)
    put('learned', 2048, 2)
    await learn(history, id, 'm', 'server', [{ name: 'window', value: 8192 }])
    expect(await window()).toEqual({ tokens: 8192, source: 'server' })
    expect((await knownCapabilities(history, id, 'm')).length).toBe(1)
  })
})

describe('the value of a capability', () => {
  it('is only given where it is of its kind', () => {
    const stored: Capability[] = [
      { name: 'window', value: '4096', source: 'server', at: 1 },
      { name: 'images', value: true, source: 'server', at: 1 },
    ]
    expect(capabilityOf(stored, 'window')).toBeUndefined()
    expect(capabilityOf(stored, 'images')).toBe(true)
    expect(capabilityOf(stored, 'tools')).toBeUndefined()
  })
})
