import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import {
  createServer as createTlsServer,
  getCACertificates,
  type SecureVersion,
  setDefaultCACertificates,
} from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type MadeCertificate, makeCertificate } from '../../../../tests/fakes/make-certificate.ts'
import { EndpointFailure } from '../failure.ts'
import { discardBody, sendRequest } from '../request.ts'

const authority = makeCertificate({ name: 'Test authority', isAuthority: true })
const selfSigned = makeCertificate({ name: 'my server', hosts: ['localhost', '127.0.0.1'] })
const trusted = makeCertificate({ name: 'trusted', hosts: ['localhost', '127.0.0.1'], authority })

let reached: string[] = []
const open: Server[] = []

beforeAll(() => setDefaultCACertificates([...getCACertificates('default'), authority.cert]))
afterAll(() => setDefaultCACertificates(getCACertificates('bundled')))
afterEach(() => {
  reached = []
  for (const server of open.splice(0)) server.close()
})

const answer: RequestListener = (request, response) => {
  reached.push(`${request.headers.host} ${request.headers.authorization}`)
  response.setHeader('connection', 'close').end('{}')
}

function listen(server: Server): Promise<number> {
  open.push(server)
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function serve({ cert, key }: MadeCertificate, maxVersion: SecureVersion = 'TLSv1.3'): Promise<number> {
  const minVersion = maxVersion === 'TLSv1.1' ? 'TLSv1.1' : 'TLSv1.2'
  // OpenSSL 3 offers the old versions at its lowest level of security only.
  const ciphers = maxVersion === 'TLSv1.1' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}
  return listen(createHttpsServer({ cert, key, minVersion, maxVersion, ...ciphers }, answer))
}

/** What comes of one request: its status, or the failure. */
async function ask(baseUrl: string, certificate: string | null = null): Promise<number | EndpointFailure> {
  try {
    const response = await sendRequest({
      connection: { kind: 'http', baseUrl, key: 'secret', certificate },
      method: 'GET',
      url: `${baseUrl}/v1/models`,
      purpose: 'test',
      signal: AbortSignal.timeout(5_000),
    })
    discardBody(response)
    return response.status
  } catch (error) {
    if (error instanceof EndpointFailure) return error
    throw error
  }
}

async function failureOf(baseUrl: string, certificate: string | null = null): Promise<EndpointFailure> {
  const failure = await ask(baseUrl, certificate)
  if (typeof failure === 'number') throw new Error(`it was answered with ${failure}`)
  return failure
}

describe('a server with https', () => {
  it('whose certificate an authority vouches for is spoken to by its name', async () => {
    const port = await serve(trusted)
    expect(await ask(`https://localhost:${port}`)).toBe(200)
    expect(reached).toEqual([`localhost:${port} Bearer secret`])
  })

  it('that vouches for itself is refused before the key is sent, and its certificate is shown', async () => {
    const port = await serve(selfSigned)
    const failure = await failureOf(`https://localhost:${port}`)
    expect(failure.code).toBe('endpoint-certificate')
    expect(failure.message).toContain('made by the server itself')
    expect(failure.certificate).toEqual({
      fingerprint: selfSigned.fingerprint,
      subject: 'CN=my server',
      issuer: 'CN=my server',
      validFrom: expect.any(Number),
      validTo: expect.any(Number),
    })
    expect(reached).toEqual([])
  })

  const DAY_MS = 86_400_000
  it.each([
    ['has expired', { validTo: new Date(Date.now() - DAY_MS / 2) }],
    ['is not valid yet', { validFrom: new Date(Date.now() + DAY_MS) }],
    ['was made for another name', { hosts: ['example.test', '127.0.0.2'] }],
    ['authority that Alcove does not know', { authority: makeCertificate({ name: 'Other', isAuthority: true }) }],
  ])('whose certificate %s is refused with a sentence of its own', async (words, wrong) => {
    const bad = makeCertificate({ name: 'bad', hosts: ['localhost', '127.0.0.1'], authority, ...wrong })
    const port = await serve(bad)
    for (const host of ['localhost', '127.0.0.1']) {
      const failure = await failureOf(`https://${host}:${port}`)
      expect(failure.code).toBe('endpoint-certificate')
      expect(failure.message).toContain(words)
      expect(failure.certificate?.fingerprint).toBe(bad.fingerprint)
    }
    expect(reached).toEqual([])
  })

  it('is spoken to when its certificate is the accepted one, whatever is wrong with that', async () => {
    const expired = makeCertificate({
      name: 'old',
      hosts: ['elsewhere.test'],
      validTo: new Date(Date.now() - DAY_MS / 2),
    })
    const port = await serve(expired)
    expect(await ask(`https://localhost:${port}`, expired.fingerprint)).toBe(200)
  })

  it('is refused when it shows another certificate than the accepted one, even one that an authority vouches for', async () => {
    const port = await serve(trusted)
    const failure = await failureOf(`https://localhost:${port}`, selfSigned.fingerprint)
    expect(failure.code).toBe('endpoint-certificate')
    expect(failure.message).toContain('has changed')
    expect(failure.certificate?.fingerprint).toBe(trusted.fingerprint)
    expect(reached).toEqual([])
  })

  it('cannot write line breaks or a long text into the window through its certificate', async () => {
    const port = await serve(makeCertificate({ name: `a\u202e\n${'b'.repeat(500)}`, hosts: ['localhost'] }))
    const { certificate } = await failureOf(`https://localhost:${port}`)
    expect(certificate?.subject).toMatch(/^[ -~]{1,200}$/)
  })

  it('that knows only TLS 1.1 is told apart', async () => {
    const failure = await failureOf(`https://localhost:${await serve(trusted, 'TLSv1.1')}`)
    expect(failure.code).toBe('endpoint-unreachable')
    expect(failure.message).toContain('outdated')
  })

  it('in the address, but http behind it, is told apart', async () => {
    const failure = await failureOf(`https://localhost:${await listen(createHttpServer(answer))}`)
    expect(failure.code).toBe('endpoint-unreachable')
    expect(failure.message).toContain('Change https:// to http://')
  })

  it('behind an address with http is told apart, and never gets the key', async () => {
    const received: string[] = []
    const server = createTlsServer({ cert: trusted.cert, key: trusted.key }, (socket) => {
      socket.on('data', (bytes) => received.push(String(bytes)))
    })
    const failure = await failureOf(`http://localhost:${await listen(server)}`)
    expect(['endpoint-unreachable', 'endpoint-not-openai']).toContain(failure.code)
    expect(failure.message).toContain('https://')
    expect(received).toEqual([])
  })

  it('that closes in the middle of the handshake is told as closed', async () => {
    const { createServer } = await import('node:net')
    const server = createServer((socket) => socket.once('data', () => socket.destroy()).on('error', () => undefined))
    const failure = await failureOf(`https://localhost:${await listen(server)}`)
    expect(failure).toMatchObject({ code: 'endpoint-unreachable', retry: 'backoff' })
  })
})
