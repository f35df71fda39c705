/** What main and the search worker say to each other. */
import type { WireError } from '../../shared/errors.ts'
import type { FindMessagesArgs, FoundMessages } from '../history/index/find-messages.ts'

export type ToSearch =
  /** First. `key` (32 bytes) is transferred, so that it is in one place only. */
  | { type: 'open'; file: string; key: ArrayBuffer; nativeBinding: string | undefined }
  /** `cancelled` is one 32-bit integer that both sides see; any number but 0 ends the search, also while it runs. */
  | { type: 'find'; call: number; args: FindMessagesArgs; cancelled: SharedArrayBuffer }

export type FromSearch = { type: 'answer'; call: number; elapsedMs: number } & (
  | { ok: true; value: FoundMessages }
  | { ok: false; error: WireError }
)
