import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { changed, fingerprintOf, untrusted } from './certificate-failure.ts'
import { untilReady } from './open-socket.ts'

interface Peer {
  hostname: string
  /** `host:port` for sentences. */
  where: string
  /** SHA-256 of the one certificate that is accepted; null asks the authorities that come with the program. */
  certificate: string | null
}

/**
 * Speaks TLS over `socket`, with the name that the person wrote for SNI and for the check. A pinned certificate is
 * accepted whatever is wrong with it, and nothing else is, not even one that an authority vouches for. Throws
 * `endpoint-certificate` before anything of the request is written.
 */
export async function secureSocket(socket: Socket, peer: Peer, signal: AbortSignal): Promise<Socket> {
  const secure = connect({
    socket,
    host: peer.hostname,
    // SNI is for names only (RFC 6066, section 3), and without the root's dot.
    ...(isIP(peer.hostname) === 0 ? { servername: peer.hostname.replace(/\.$/, '') } : {}),
    ALPNProtocols: ['http/1.1'],
    // The check is below: a refused handshake would keep the certificate from being shown.
    rejectUnauthorized: false,
  })
  await untilReady(secure, 'secureConnect', signal)
  const failure = refuse(secure, peer)
  if (failure === null) return secure
  secure.destroy()
  throw failure
}

function refuse(secure: TLSSocket, { where, certificate }: Peer): Error | null {
  const shown = secure.getPeerX509Certificate()
  if (shown === undefined) return new Error('the server showed no certificate')
  if (certificate !== null) return fingerprintOf(shown) === certificate ? null : changed(where, shown)
  // Node's types say Error; what is set is the code.
  return secure.authorized ? null : untrusted(where, String(secure.authorizationError), shown)
}
