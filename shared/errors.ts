/** Every code an expected failure may carry. Tests assert codes; people read messages. */
export const errorCodes = [
  'unexpected',
  'invalid-request',
  'not-found',
  'cancelled',
  'conflict',
  // history
  'history-unavailable',
  'history-from-newer-version',
  'history-corrupt',
  'history-locked',
  'history-read-only',
  'history-key-missing',
  'history-key-wrong',
  'disk-full',
  'index-damaged',
  'too-long',
  'backup-failed',
  'migration-failed',
  'salvage-failed',
  'key-change-failed',
  // endpoint
  'endpoint-missing',
  'endpoint-address-invalid',
  'endpoint-unreachable',
  'endpoint-timeout',
  'endpoint-key-refused',
  'endpoint-not-found',
  'endpoint-not-openai',
  'endpoint-model-missing',
  'endpoint-loading',
  'endpoint-busy',
  'endpoint-refused',
  'endpoint-failed',
  'endpoint-redirected',
  'endpoint-certificate',
  'endpoint-elsewhere',
  'endpoint-no-images',
  'endpoint-overflow',
  'stream-broken',
  'stream-idle',
  'reply-empty',
  'prompt-too-long',
  // transfer
  'export-failed',
  'folder-read-only',
  'file-exists',
  'import-invalid',
  'import-newer-format',
  // keys
  'keyring-unavailable',
  'keyring-missing',
  'keyring-locked',
  'keyring-changed',
  'keyring-wrong',
  'keyring-silent',
  'recovery-code-wrong',
  'recovery-code-other',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** What crosses to the window: never the cause, never a stack. */
export interface WireError {
  code: ErrorCode
  message: string
  retryable: boolean
}

interface AppErrorOptions {
  cause?: unknown
  retryable?: boolean
}

/**
 * An expected failure. `message` is a sentence for the person: what happened, then what to do.
 * `cause` stays in main and is only ever logged redacted.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.retryable = options.retryable ?? false
  }
}

const UNEXPECTED: WireError = {
  code: 'unexpected',
  message: 'Something went wrong inside Alcove. Nothing was lost; try again, or restart Alcove.',
  retryable: false,
}

/** The wire form of any thrown value; the text of anything that is not an `AppError` never leaves main. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof AppError)) return UNEXPECTED
  return { code: error.code, message: error.message, retryable: error.retryable }
}

/** Rebuilds an `AppError` from its wire form (window, worker replies). */
export function fromWireError(wire: WireError): AppError {
  return new AppError(wire.code, wire.message, { retryable: wire.retryable })
}

/** Makes forgetting a case of a union a compile error. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${String(value)}`)
}
