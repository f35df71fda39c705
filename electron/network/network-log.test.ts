import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkConnection } from '../../shared/endpoint-records.ts'
import type * as NetworkLog from './network-log.ts'

let log: typeof NetworkLog
beforeEach(async () => {
  vi.useFakeTimers({ now: 1_000 })
  vi.resetModules()
  log = await import('./network-log.ts')
})
afterEach(() => {
  vi.useRealTimers()
})

const made = { host: 'localhost:8080', endpointName: 'Mine', purpose: 'reply' } as const

describe('the log of connections', () => {
  it('tells of each what it carried, and how it ended', () => {
    const record = log.recordConnection(made)
    record.connected('127.0.0.1')
    record.sent(10)
    vi.advanceTimersByTime(5)
    record.received(20)
    record.received(3)
    record.end('done')
    log.recordConnection({ host: 'far.test', endpointName: null, purpose: 'test' })
    const listed = log.listConnections()
    expect(listed).toEqual({
      connections: [
        {
          id: 2,
          host: 'far.test',
          address: null,
          endpointName: null,
          purpose: 'test',
          sentBytes: 0,
          receivedBytes: 0,
          startedAt: 1_005,
          endedAt: null,
          outcome: 'open',
        },
        {
          ...made,
          id: 1,
          address: '127.0.0.1',
          sentBytes: 10,
          receivedBytes: 23,
          startedAt: 1_000,
          endedAt: 1_005,
          outcome: 'done',
        },
      ],
      total: 2,
      sentBytes: 10,
      receivedBytes: 23,
    })
    for (const connection of listed.connections) expect(NetworkConnection.parse(connection)).toEqual(connection)
  })

  it('keeps the first end, and what was listed does not change afterwards', () => {
    const record = log.recordConnection(made)
    const [before] = log.listConnections().connections
    record.end('refused')
    record.end('done')
    expect(before?.outcome).toBe('open')
    expect(log.listConnections().connections[0]?.outcome).toBe('refused')
  })

  it('keeps the newest thousand and counts all', () => {
    const first = log.recordConnection(made)
    for (let times = 0; times < 1_200; times++) log.recordConnection(made).sent(1)
    first.sent(1)
    const { connections, total, sentBytes } = log.listConnections()
    expect({ kept: connections.length, newest: connections[0]?.id, oldest: connections.at(-1)?.id }).toEqual({
      kept: 1_000,
      newest: 1_201,
      oldest: 202,
    })
    expect({ total, sentBytes }).toEqual({ total: 1_201, sentBytes: 1_201 })
  })

  it('is announced at once, then at most twice a second, and not when nothing changed', () => {
    const listener = vi.fn()
    const stop = log.watchConnections(listener)
    const record = log.recordConnection(made)
    expect(listener).toHaveBeenCalledTimes(1)
    for (let at = 0; at < 2_000; at += 10) {
      record.received(1)
      vi.advanceTimersByTime(10)
    }
    expect(listener).toHaveBeenCalledTimes(5)
    vi.advanceTimersByTime(10_000)
    const settled = listener.mock.calls.length
    vi.advanceTimersByTime(10_000)
    expect(listener).toHaveBeenCalledTimes(settled)
    stop()
    record.end('done')
    vi.advanceTimersByTime(10_000)
    expect(listener).toHaveBeenCalledTimes(settled)
  })
})
