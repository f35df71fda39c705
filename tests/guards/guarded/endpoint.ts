import type { Guard } from '../run-without-guard.ts'

const requesting = { file: 'electron/endpoint/http/request.ts' }
const exchanging = {
  file: 'electron/endpoint/http/dispatcher.ts',
  tests: ['electron/endpoint/http/dispatcher.test.ts'],
}
const connecting = {
  file: 'electron/endpoint/http/connect/connect-endpoint.ts',
  tests: ['electron/endpoint/http/connect/connect-endpoint.test.ts'],
}
const securing = {
  file: 'electron/endpoint/http/connect/secure-socket.ts',
  tests: ['electron/endpoint/http/connect/secure-socket.test.ts'],
}
const heading = {
  file: 'electron/endpoint/http/request-headers.ts',
  tests: ['electron/endpoint/http/request-headers.test.ts'],
}
const saving = {
  file: 'electron/endpoint/saved-endpoints.ts',
  tests: ['electron/endpoint/saved-endpoints.test.ts'],
}

/** Where a request goes, and what goes with it. */
export const endpointGuards: readonly Guard[] = [
  {
    ...heading,
    guards: 'a key goes to its own origin only',
    find: '!isWeb || origin !== addressOf(connection).origin',
    replace: '!isWeb',
  },
  { ...heading, guards: 'a blob: URL has no origin of its own', find: '!isWeb || origin', replace: 'origin' },
  {
    ...heading,
    guards: 'a key that no header can carry is refused',
    find: 'if (/^[\\x21-\\x7e]+$/.test(key)) return key',
    replace: 'if (key) return key',
    tests: ['electron/endpoint/chat.test.ts'],
  },
  {
    ...requesting,
    guards: 'a redirect is not followed',
    find: 'if (statusCode >= 300 && statusCode < 400) return redirected(',
    replace: 'if (statusCode === 1) return redirected(',
    tests: ['electron/endpoint/chat.test.ts'],
  },
  {
    ...requesting,
    guards: 'a compressed answer is refused',
    find: "coding !== 'identity' && coding !== 'chunked'",
    replace: 'coding === undefined',
    tests: ['electron/endpoint/chat.test.ts', 'electron/endpoint/http/hostile-answer.test.ts'],
  },
  {
    ...requesting,
    guards: 'at most so much of a body is read',
    find: 'if (sizeBytes >= maxBytes) break',
    replace: '',
    tests: ['electron/endpoint/flood.test.ts'],
  },
  {
    ...exchanging,
    guards: 'a server is not connected to twice',
    find: 'if (isTried) throw closedAtOnce()',
    replace: '',
    tests: ['electron/endpoint/http/connect/open-tunnel.test.ts'],
  },
  {
    ...exchanging,
    guards: 'what was refused is told as refused',
    find: "cause.code === 'endpoint-elsewhere' || cause.code === 'endpoint-certificate' ? 'refused' : 'failed'",
    replace: "'failed'",
    tests: ['electron/endpoint/http/dispatcher.test.ts', 'electron/endpoint/http/connect/connect-endpoint.test.ts'],
  },
  {
    ...connecting,
    guards: 'this computer only means this computer only',
    find: 'if (connection.thisMachineOnly === true && !isHere) throw elsewhere(url.host, addresses)',
    replace: '',
  },
  {
    ...connecting,
    guards: 'each address of a name is this computer',
    find: 'addresses.every(',
    replace: 'addresses.some(',
  },
  {
    ...connecting,
    guards: 'a connection that is never made is given up',
    find: 'setTimeout(() => late.abort(), seconds * 1_000)',
    replace: 'setTimeout(() => undefined, seconds * 1_000)',
  },
  {
    ...securing,
    guards: 'a certificate needs an authority',
    find: 'return secure.authorized ? null : untrusted(',
    replace: 'return secure.authorized !== undefined ? null : untrusted(',
  },
  {
    ...securing,
    guards: 'an accepted certificate is the only one',
    find: 'if (certificate !== null) return fingerprintOf(shown) === certificate ? null : changed(where, shown)',
    replace: 'if (certificate !== null) return null',
  },
  {
    guards: 'a name is looked up once',
    file: 'electron/endpoint/http/connect/open-socket.ts',
    find: `    lookup: (_hostname, options, callback) => {
      const [first] = addresses
      if (options.all === true || first === undefined) callback(null, addresses)
      else callback(null, first.address, first.family)
    },
`,
    replace: '',
    tests: connecting.tests,
  },
  {
    guards: 'another computer is no loopback',
    file: 'electron/endpoint/http/connect/loopback.ts',
    find: "loopback.addSubnet('127.0.0.0', 8, 'ipv4')",
    replace: "loopback.addSubnet('0.0.0.0', 0, 'ipv4')",
    tests: connecting.tests,
  },
  {
    ...saving,
    guards: 'a key stays behind when its endpoint moves',
    find: 'else if (removesKey && keys.hasEndpointKey(endpointId)) await keys.setEndpointKey(endpointId, null)',
    replace: '',
  },
  {
    ...saving,
    guards: 'an accepted certificate stays behind when its endpoint moves',
    find: 'if (removesKey && fields.certificate === undefined) changes.certificate = null',
    replace: '',
  },
]
