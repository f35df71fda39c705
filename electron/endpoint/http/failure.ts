import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import type { UntrustedCertificate } from '../../../shared/record-types.ts'

/** When the same request may be sent again by itself, provided that no token has arrived yet. */
export type RetryAdvice = 'never' | 'backoff' | 'loading'

interface FailureDetails {
  cause?: unknown
  retryable?: boolean
  retry?: RetryAdvice
  retryAfterMs?: number | null
  status?: number
  serverText?: string
  serverBody?: string
  overflow?: OverflowNumbers | null
  certificate?: UntrustedCertificate
}

/** Tokens, where the server told them. */
export interface OverflowNumbers {
  promptTokens: number | null
  windowTokens: number | null
  /** The prompt has `promptTokens` or more: the server stopped counting there. Absent where the count is whole. */
  isAtLeast?: boolean
}

/** A failure of an endpoint, with what the retry rules and the memory engine need beside the sentence. */
export class EndpointFailure extends AppError {
  readonly retry: RetryAdvice
  readonly retryAfterMs: number | null
  readonly status: number | null
  /** What the server said, cleaned; empty if nothing. */
  readonly serverText: string
  /** The body of its answer as it came, at most 64 KB; for recognising what it means, and never shown. */
  readonly serverBody: string
  /** Set for `endpoint-overflow`: what the server said about its window. */
  readonly overflow: OverflowNumbers | null
  /** Set for `endpoint-certificate`: what the server showed. */
  readonly certificate: UntrustedCertificate | null

  constructor(code: ErrorCode, message: string, details: FailureDetails = {}) {
    super(code, message, { cause: details.cause, retryable: details.retryable ?? false })
    this.name = 'EndpointFailure'
    this.retry = details.retry ?? 'never'
    this.retryAfterMs = details.retryAfterMs ?? null
    this.status = details.status ?? null
    this.serverText = details.serverText ?? ''
    this.serverBody = details.serverBody ?? ''
    this.overflow = details.overflow ?? null
    this.certificate = details.certificate ?? null
  }
}
