import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeEndpoint, startFakeEndpoint } from '../../../tests/fakes/fake-endpoint.ts'
import { sendRequest } from './request.ts'

let fake: FakeEndpoint
beforeAll(async () => {
  fake = await startFakeEndpoint()
})
afterAll(() => fake.close())

describe('the key of an endpoint', () => {
  it('goes to the origin it was saved for and nowhere else, however the address is written', async () => {
    const { signal } = new AbortController()
    const connection = { kind: 'http', baseUrl: 'http://localhost:1/v1', key: 'secret' } as const
    const host = fc.constantFrom(
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '[::ffff:127.0.0.1]',
      'user@127.0.0.1',
      'localhost',
      'LOCALHOST.',
    )
    await fc.assert(
      fc.asyncProperty(host, fc.constantFrom('/v1', '/', '/v1/../x'), async (name, path) => {
        const url = `http://${name}:${fake.port}${path}`
        await expect(sendRequest({ connection, method: 'GET', url, signal, purpose: 'test' })).rejects.toThrow(
          'stay on its origin',
        )
      }),
    )
    expect(fake.requests).toEqual([])
  })
})
