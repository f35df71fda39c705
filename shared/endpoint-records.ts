import { z } from 'zod'
import { Id, ReplyError, Time, WindowSource } from './records.ts'

/** How long to wait for a server, in seconds; an absent one follows the defaults, which adapt to the prompt. */
export const Waits = z.strictObject({
  connectSeconds: z.int().min(1).max(600).optional(),
  /** At least this long for the first sign of life; a long prompt is given more. */
  firstByteSeconds: z.int().min(1).max(86_400).optional(),
  /** Between two signs of life, once the reply has begun. */
  idleSeconds: z.int().min(1).max(86_400).optional(),
  /** For a server that is loading its model. */
  loadingSeconds: z.int().min(1).max(86_400).optional(),
})

/** SHA-256 of a certificate, as 64 lower-case hexadecimal digits. */
export const CertificateFingerprint = z.string().regex(/^[0-9a-f]{64}$/)

export const Endpoint = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(['http', 'demo']),
  baseUrl: z.string(),
  defaultModel: z.string().nullable(),
  /** Set by hand for all its models that have none of their own; null follows what the server reports. Tokens. */
  windowTokens: z.int().nullable(),
  /** False asks for each reply as a whole, for servers whose streams do not work. */
  streaming: z.boolean(),
  waits: Waits,
  /** The one certificate that is accepted although no authority vouches for it; null: none. */
  certificate: CertificateFingerprint.nullable(),
  hasKey: z.boolean(),
})

export const Model = z.object({ id: z.string(), windowTokens: z.int().nullable() })

/**
 * What is known of a model at an endpoint. Numbers are tokens (`window`, `trained-window`), tokens per second
 * (`prefill-speed`) and real tokens for each estimated one (`token-ratio`); `token-count` is the route that counts exactly,
 * or `none`; `refused-fields` are names on the wire.
 */
export const CapabilityName = z.enum([
  'window',
  'trained-window',
  'token-count',
  'token-ratio',
  'streaming',
  'usage',
  'timings',
  'progress',
  'prefill-speed',
  'cancel',
  'system-message',
  'images',
  'tools',
  'reasoning',
  'refused-fields',
])

export const Capability = z.object({
  name: CapabilityName,
  value: z.union([z.boolean(), z.number(), z.string(), z.array(z.string())]),
  source: WindowSource,
  /** When it became known. */
  at: Time,
})

/** A certificate that no authority known to this computer vouches for, as it is shown to the person. */
export const UntrustedCertificate = z.object({
  fingerprint: CertificateFingerprint,
  subject: z.string(),
  issuer: z.string(),
  validFrom: Time,
  validTo: Time,
})

export const EndpointTest = z.object({
  ok: z.boolean(),
  /** The server's product name when a fingerprint told it, else "OpenAI-compatible". */
  server: z.string().nullable(),
  models: z.array(Model),
  error: ReplyError.nullable(),
  elapsedMs: z.int(),
  /** The window of the model that would answer; null where nothing is known of it. */
  window: z
    .object({
      model: z.string(),
      tokens: z.int(),
      source: WindowSource,
      /** What the model was trained for, which is often more than what is loaded. */
      trainedTokens: z.int().nullable(),
      /** What the settings need: the answer, the system prompt and a few messages, 4,096 at least. */
      neededTokens: z.int(),
      /** How to raise it on this server, in a sentence; null where it is large enough. */
      advice: z.string().nullable(),
    })
    .nullable(),
  /** Only where it is what kept the test from succeeding: it can be accepted by its fingerprint. */
  certificate: UntrustedCertificate.nullable(),
})

/** Why a connection was made. */
export const ConnectionPurpose = z.enum(['reply', 'title', 'summary', 'models', 'capabilities', 'test', 'search'])

/** One connection to one host since Alcove started. */
export const NetworkConnection = z.object({
  id: z.int(),
  /** `host:port` as the person wrote it, and the address that it was resolved to; null: not connected. */
  host: z.string(),
  address: z.string().nullable(),
  /** The name of the endpoint; null while it is not saved. */
  endpointName: z.string().nullable(),
  purpose: ConnectionPurpose,
  /** Of the request's bodies and the answer's, without headers. */
  sentBytes: z.int(),
  receivedBytes: z.int(),
  startedAt: Time,
  endedAt: Time.nullable(),
  outcome: z.enum(['open', 'done', 'failed', 'cancelled', 'refused']),
})
