import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normaliseBaseUrl } from './address.ts'

const local = {
  origin: 'http://localhost:8080',
  apiBase: 'http://localhost:8080/v1',
  rootUrl: 'http://localhost:8080',
  where: 'localhost:8080',
}

describe('an address', () => {
  it.each([
    'http://localhost:8080',
    'http://localhost:8080/',
    'http://localhost:8080/v1',
    'http://localhost:8080/v1/',
    'http://localhost:8080/v1/chat/completions',
    'http://localhost:8080/v1/chat/completions/',
    'http://localhost:8080/v1/models',
    'localhost:8080',
    'localhost:8080/v1',
    '  HTTP://LOCALHOST:8080/v1 ',
  ])('written as %s is the same server', (text) => {
    expect(normaliseBaseUrl(text)).toEqual(local)
  })

  it('keeps a path of its own, IPv6 and https', () => {
    expect(
      ['http://h:12434/engines/v1', '[::1]:8080', 'https://models.example/api/chat/completions'].map(normaliseBaseUrl),
    ).toEqual([
      {
        origin: 'http://h:12434',
        apiBase: 'http://h:12434/engines/v1',
        rootUrl: 'http://h:12434/engines',
        where: 'h:12434',
      },
      {
        origin: 'http://[::1]:8080',
        apiBase: 'http://[::1]:8080/v1',
        rootUrl: 'http://[::1]:8080',
        where: '[::1]:8080',
      },
      {
        origin: 'https://models.example',
        apiBase: 'https://models.example/api',
        rootUrl: 'https://models.example/api',
        where: 'models.example',
      },
    ])
  })

  it('of 0.0.0.0, which servers print, means this computer', () => {
    expect(normaliseBaseUrl('http://0.0.0.0:8080').origin).toBe('http://127.0.0.1:8080')
  })

  it.each([
    ['', 'empty'],
    ['hello', 'host and port'],
    ['localhost', 'host and port'],
    ['ftp://localhost:8080', 'http:// or https://'],
    ['file:///etc/passwd', 'http:// or https://'],
    ['http://user:secret@localhost:8080', 'key field'],
    ['user:secret@localhost:8080', 'key field'],
    ['http://localhost:8080/v1?key=1', '"?"'],
    ['http://localhost:8080/v1#x', '"#"'],
    ['http://local host:8080', 'space'],
    ['http://local\thost:8080', 'space'],
    ['http:\\\\localhost', 'invisible'],
    ['http://localhost:99999', 'host and port'],
    ['http://', 'host and port'],
  ])('written as %j is refused with advice', (text, advice) => {
    expect(() => normaliseBaseUrl(text)).toThrow(
      expect.objectContaining({ code: 'endpoint-address-invalid', message: expect.stringContaining(advice) }),
    )
    expect(() => normaliseBaseUrl(text)).not.toThrow(/secret/)
  })

  it('is settled: what was made of it gives itself again, on the same origin', () => {
    fc.assert(
      fc.property(fc.webUrl({ authoritySettings: { withPort: true } }), (text) => {
        const address = normaliseBaseUrl(text)
        expect(normaliseBaseUrl(address.apiBase)).toEqual(address)
        expect(new URL(address.apiBase).origin).toBe(address.origin)
      }),
    )
  })
})
