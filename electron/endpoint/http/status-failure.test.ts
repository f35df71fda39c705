import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { EndpointConnection } from '../address.ts'
import type { EndpointResponse } from './request.ts'
import { statusFailure } from './status-failure.ts'

const connection: EndpointConnection = { kind: 'http', baseUrl: 'http://127.0.0.1:8080/v1', key: null }

function busy(retryAfter: string): EndpointResponse {
  const body = Readable.from([Buffer.from('{"error":"busy"}')]) as unknown as EndpointResponse['body']
  return { status: 429, contentType: 'application/json', headers: { 'retry-after': retryAfter }, body }
}

describe('a server that asks to wait', () => {
  it.each<[string, number | null]>([
    ['2', 2_000],
    ['0', 0],
    ['-5', 0],
    ['86400', 30_000],
    ['Fri, 31 Dec 2999 23:59:59 GMT', 30_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', null],
    ['', null],
  ])('with %j is given that time, but at most half a minute', async (retryAfter, waitMs) => {
    expect(await statusFailure(busy(retryAfter), connection, 'model')).toMatchObject({
      code: 'endpoint-busy',
      retry: 'backoff',
      retryAfterMs: waitMs,
      serverText: 'busy',
    })
  })
})
