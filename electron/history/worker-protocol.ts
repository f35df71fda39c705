/** What main and the history worker say to each other. */
import type { WireError } from '../../shared/errors.ts'
import type { FunctionName } from './functions.ts'

/** The first message to the worker. `key` is transferred, so that it is in one place only. */
export interface OpenMessage {
  type: 'open'
  file: string
  /** 32 bytes. */
  key: ArrayBuffer
  nativeBinding: string | undefined
}

export interface CallMessage {
  type: 'call'
  /** Counts up from 1. */
  call: number
  name: FunctionName
  args: unknown
}

export type ToWorker = OpenMessage | CallMessage | { type: 'close' }

export type FromWorker =
  | { type: 'opened'; ok: true; interrupted: number }
  | { type: 'opened'; ok: false; error: WireError }
  | { type: 'answer'; call: number; ok: true; value: unknown; elapsedMs: number }
  | { type: 'answer'; call: number; ok: false; error: WireError; elapsedMs: number }
