import { errors } from 'undici'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../shared/errors.ts'
import { connectFailure } from './connect-failure.ts'

function withCode(code: string): Error {
  return Object.assign(new Error(code), { code })
}

describe('a connection that fails', () => {
  it.each<[string, ErrorCode, string, string]>([
    ['ECONNREFUSED', 'endpoint-unreachable', 'backoff', "usually Ollama's"],
    ['ECONNRESET', 'endpoint-unreachable', 'backoff', 'closed the connection'],
    ['UND_ERR_SOCKET', 'endpoint-unreachable', 'backoff', 'closed the connection'],
    ['ENOTFOUND', 'endpoint-unreachable', 'never', 'spelling'],
    ['UND_ERR_CONNECT_TIMEOUT', 'endpoint-timeout', 'never', 'firewall'],
    ['EHOSTUNREACH', 'endpoint-unreachable', 'never', 'network'],
    ['ENETDOWN', 'endpoint-unreachable', 'never', 'no network'],
    ['ENETUNREACH', 'endpoint-unreachable', 'never', 'no network'],
    ['EACCES', 'endpoint-unreachable', 'never', 'firewall'],
    ['EPERM', 'endpoint-unreachable', 'never', 'firewall'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'endpoint-unreachable', 'never', 'http://'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'endpoint-unreachable', 'never', 'outdated'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'endpoint-unreachable', 'never', 'outdated'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'endpoint-unreachable', 'never', 'secure connection'],
    ['UND_ERR_HEADERS_OVERFLOW', 'endpoint-not-openai', 'never', 'HTTP'],
    ['ESOMETHING', 'endpoint-failed', 'never', 'ESOMETHING'],
  ])('with %s is explained', (cause, code, retry, words) => {
    const failure = connectFailure(new Error('wrapped', { cause: withCode(cause) }), 'localhost:11434')
    expect(failure).toMatchObject({ code, retry })
    expect(failure.message).toContain('localhost:11434')
    expect(failure.message).toContain(words)
  })

  it('because what answers is no HTTP is explained, and so is what has no code', () => {
    const garbage = connectFailure(new errors.HTTPParserError('Expected HTTP/'), 'localhost:25')
    expect(garbage).toMatchObject({ code: 'endpoint-not-openai' })
    expect(connectFailure('a string', 'localhost:25')).toMatchObject({ code: 'endpoint-failed', retryable: true })
  })
})
