import type { X509Certificate } from 'node:crypto'
import type { UntrustedCertificate } from '../../../../shared/record-types.ts'
import { EndpointFailure } from '../failure.ts'

/** What is wrong with a certificate, by OpenSSL's name for it (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const WRONG: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'was made by the server itself, so no authority vouches for it',
  SELF_SIGNED_CERT_IN_CHAIN: 'comes from an authority that Alcove does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'comes from an authority that Alcove does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'comes from an authority that Alcove does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'comes from an authority that Alcove does not know',
  ERR_TLS_CERT_ALTNAME_INVALID: 'was made for another name',
  HOSTNAME_MISMATCH: 'was made for another name',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet; check the clock of this computer',
  CERT_REVOKED: 'was taken back by its authority',
}

/** A certificate as the window shows it; what the server wrote into it is cleaned and cut short. */
function describeCertificate(certificate: X509Certificate): UntrustedCertificate {
  return {
    fingerprint: fingerprintOf(certificate),
    subject: clean(certificate.subject),
    issuer: clean(certificate.issuer),
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
  }
}

/** SHA-256 of the whole certificate, 64 lower-case hexadecimal digits. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase()
}

/** The failure for a certificate that the computer does not trust, `code` saying why. */
export function untrusted(where: string, code: string, certificate: X509Certificate): EndpointFailure {
  const wrong = WRONG[code] ?? `is not trusted (${code.slice(0, 60)})`
  return new EndpointFailure(
    'endpoint-certificate',
    `The certificate of ${where} ${wrong}. Nothing was sent. If the server is yours, compare the certificate's fingerprint and accept it in the endpoint's settings.`,
    { certificate: describeCertificate(certificate) },
  )
}

/** The failure for another certificate than the one that was accepted for the endpoint. */
export function changed(where: string, certificate: X509Certificate): EndpointFailure {
  return new EndpointFailure(
    'endpoint-certificate',
    `The certificate of ${where} has changed: it is not the one you accepted. Nothing was sent. If you renewed it, compare the new fingerprint and accept it in the endpoint's settings; if not, another computer may be answering.`,
    { certificate: describeCertificate(certificate) },
  )
}

function clean(name: string): string {
  return name
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200)
}
