/** What main and the history worker say to each other. */
import type { WireError } from '../../shared/errors.ts'

/** The first message to the worker. `key` (32 bytes) is transferred, so that it is in one place only. */
export interface OpenMessage {
  type: 'open'
  file: string
  key: ArrayBuffer
  nativeBinding: string | undefined
}

export interface CallMessage {
  type: 'call'
  /** Counts up from 1. */
  call: number
  name: string
  args: unknown
}

/** `close` ends the worker once everything called before it is answered. */
export type ToWorker = OpenMessage | CallMessage | { type: 'close' }

export type Answer = { type: 'answer'; call: number; elapsedMs: number } & (
  | { ok: true; value: unknown }
  /** `detail` is the code of what lies behind the error, for the log. */
  | { ok: false; error: WireError; detail: string | undefined }
)

/** What was opened: the file that other connections may read, and whether it is a copy that cannot be written to. */
export interface Opened {
  file: string
  readOnly: boolean
  /** Why an older history was not brought to the newest form and is therefore only read; a sentence. */
  notUpdated?: string | undefined
}

export type FromWorker =
  /** An older file is being brought to the newest form; 'opened' follows. */
  | { type: 'updating' }
  /** Work that no call asked for; it is tried again later. */
  | { type: 'idle-work-failed'; error: WireError }
  | { type: 'opened'; ok: true; opened: Opened }
  | { type: 'opened'; ok: false; error: WireError }
  | Answer
