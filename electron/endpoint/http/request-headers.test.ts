import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestHeaders } from './request-headers.ts'

/**
 * Ways to write a host, each with the host it really is by the URL Standard. What is written by hand here is the judge,
 * not the parser that is judged.
 */
const HOSTS: readonly (readonly [written: string, is: string])[] = [
  ['127.0.0.1', '127.0.0.1'],
  ['127.1', '127.0.0.1'],
  ['127.0.1', '127.0.0.1'],
  ['0x7f.1', '127.0.0.1'],
  ['0x7f000001', '127.0.0.1'],
  ['2130706433', '127.0.0.1'],
  ['0177.0.0.1', '127.0.0.1'],
  ['127.0.0.1.', '127.0.0.1'],
  ['127。0。0。1', '127.0.0.1'],
  ['\uff11\uff12\uff17\uff0e\uff10.0.1', '127.0.0.1'],
  ['127.0.0.2', '127.0.0.2'],
  ['[::1]', '[::1]'],
  ['[0:0:0:0:0:0:0:1]', '[::1]'],
  ['[::0001]', '[::1]'],
  ['[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
  ['[::FFFF:7f00:1]', '[::ffff:7f00:1]'],
  ['[::127.0.0.1]', '[::7f00:1]'],
  ['localhost', 'localhost'],
  ['LocalHost', 'localhost'],
  ['ⓛocalhost', 'localhost'],
  ['local\u00adhost', 'localhost'],
  ['%6cocalhost', 'localhost'],
  ['localhost.', 'localhost.'],
  ['localhost.evil.test', 'localhost.evil.test'],
  ['evil.test', 'evil.test'],
  ['EVIL.test', 'evil.test'],
  ['evil。test', 'evil.test'],
  ['\uff25vil\uff0etest', 'evil.test'],
  ['evil.test.', 'evil.test.'],
  ['straße.test', 'xn--strae-oqa.test'],
  ['xn--strae-oqa.test', 'xn--strae-oqa.test'],
  ['strasse.test', 'strasse.test'],
  // A Cyrillic letter that looks like the Latin one.
  ['еvil.test', 'xn--vil-qdd.test'],
]

const SCHEMES = [
  ['http', 'http', '80'],
  ['HTTP', 'http', '80'],
  ['https', 'https', '443'],
  ['hTTps', 'https', '443'],
] as const
const PORTS = ['', ':', ':80', ':443', ':0080', ':8080', ':08080', ':8081'] as const
const USERS = ['', '', '', 'user@', 'user:password@', 'localhost:8080@', '127.0.0.1@evil.test@', 'a%40b@'] as const
const SLASHES = ['://', '://', '://', ':/', ':\\\\', ':/\\', ':///', '\t:/\n/'] as const
const PATHS = [
  '/v1/models',
  '',
  '/',
  '/@evil.test/',
  '/\\evil.test',
  '?@evil.test',
  '#@evil.test',
  '/v1/../..//evil.test',
  '\\@evil.test',
] as const

const place = fc.record({
  scheme: fc.constantFrom(...SCHEMES),
  host: fc.constantFrom(...HOSTS),
  port: fc.constantFrom(...PORTS),
})
const disguise = fc.record({
  user: fc.constantFrom(...USERS),
  slashes: fc.constantFrom(...SLASHES),
  path: fc.constantFrom(...PATHS),
})

type Place = { scheme: (typeof SCHEMES)[number]; host: (typeof HOSTS)[number]; port: string }

function originOf({ scheme: [, scheme, usual], host: [, host], port }: Place): string {
  const number = port.replace(/^:0*/, '')
  return `${scheme}://${host}:${number === '' ? usual : number}`
}

describe('the key of an endpoint', () => {
  it('goes to the origin it was saved for and to no other, however both are written', () => {
    let same = 0
    fc.assert(
      fc.property(place, fc.oneof(place, fc.constant(null)), disguise, (saved, other, { user, slashes, path }) => {
        const asked = other ?? saved
        const baseUrl = `${saved.scheme[0]}://${saved.host[0]}${saved.port}/v1`
        const url = `${asked.scheme[0]}${slashes}${user}${asked.host[0]}${asked.port}${path}`
        const connection = { kind: 'http', baseUrl, key: 'secret' } as const
        const isSame = originOf(saved) === originOf(asked)
        if (isSame) same += 1
        const read = () => requestHeaders(connection, { url })
        if (isSame) expect(read()).toMatchObject({ authorization: 'Bearer secret' })
        else expect(read).toThrow('stay on its origin')
      }),
      { numRuns: 20_000 },
    )
    expect(same).toBeGreaterThan(5_000)
  })

  it.each([
    'blob:http://localhost:8080/v1/models',
    'filesystem:http://localhost:8080/v1/models',
    'ws://localhost:8080/v1/models',
    'ftp://localhost:8080/v1/models',
    'file://localhost:8080/v1/models',
    'data:,http://localhost:8080',
    'http://localhost:8080%2f@evil.test/',
    'http://localhost:8080\\@evil.test:1/',
  ])('does not go to %s unless that is really its origin', (url) => {
    const connection = { kind: 'http', baseUrl: 'http://localhost:8080', key: 'secret' } as const
    const isOrigin = url.startsWith('http://localhost:8080\\')
    const read = () => requestHeaders(connection, { url })
    if (isOrigin) expect(read()).toMatchObject({ authorization: 'Bearer secret' })
    else expect(read).toThrow()
  })

  it.each(['', ' ', 'a b', 'a\r\nx-evil: 1', 'ключ', 'a\u0000'])(
    'is not sent when no header can carry it: %j',
    (key) => {
      const connection = { kind: 'http', baseUrl: 'http://localhost:8080', key } as const
      const read = () => requestHeaders(connection, { url: 'http://localhost:8080/v1/models' })
      if (key === '') expect(read()).not.toHaveProperty('authorization')
      else expect(read).toThrow(expect.objectContaining({ code: 'endpoint-key-refused' }))
    },
  )
})
