import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

interface Asked {
  /** The common name of the subject. */
  name: string
  /** DNS names and IPv4 addresses that it is for. */
  hosts?: readonly string[]
  validFrom?: Date
  validTo?: Date
  /** Who signs; itself when absent. */
  authority?: MadeCertificate
  isAuthority?: boolean
}

/** A certificate with its private key, both as PEM for `node:tls`. */
export interface MadeCertificate {
  cert: string
  key: string
  name: string
  privateKey: KeyObject
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  fingerprint: string
}

const DAY_MS = 86_400_000
const OID = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  subjectAltName: '0603551d11',
  basicConstraints: '0603551d13',
} as const

/** Makes an X.509 v3 certificate with a P-256 key (RFC 5280, section 4.1), valid from yesterday for a month unless told otherwise. */
export function makeCertificate(asked: Asked): MadeCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(Buffer.from(OID.ecdsaWithSha256, 'hex'))
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    // A serial number is positive, so its first bit is clear.
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    distinguishedName(asked.authority?.name ?? asked.name),
    sequence(
      time(asked.validFrom ?? new Date(Date.now() - DAY_MS)),
      time(asked.validTo ?? new Date(Date.now() + 30 * DAY_MS)),
    ),
    distinguishedName(asked.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions(asked))),
  )
  const signature = sign('sha256', signed, asked.authority?.privateKey ?? privateKey)
  const whole = sequence(signed, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    name: asked.name,
    privateKey,
    fingerprint: createHash('sha256').update(whole).digest('hex'),
  }
}

function extensions({ hosts = [], isAuthority = false }: Asked): Buffer[] {
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  )
  const yes = der(0x01, Buffer.from([0xff]))
  const constraints = isAuthority ? sequence(yes) : sequence()
  return [
    sequence(Buffer.from(OID.basicConstraints, 'hex'), yes, der(0x04, constraints)),
    ...(names.length > 0 ? [sequence(Buffer.from(OID.subjectAltName, 'hex'), der(0x04, sequence(...names)))] : []),
  ]
}

function distinguishedName(name: string): Buffer {
  return sequence(der(0x31, sequence(Buffer.from(OID.commonName, 'hex'), der(0x0c, Buffer.from(name)))))
}

/** UTCTime: two digits of the year, to the second. */
function time(date: Date): Buffer {
  return der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

/** Tag, length, content (X.690, section 8.1). */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const bytes = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...bytes]), content])
}
