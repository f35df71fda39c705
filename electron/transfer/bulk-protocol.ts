/** What main and the bulk worker say to each other. */
import type { StreamInput, StreamPart } from '../../shared/contract-types.ts'
import type { WireError } from '../../shared/errors.ts'
import type { ReadArgs, ReadName } from './bulk-reads.ts'

export type ExportPart = StreamPart<'transfer.export'>
export type ImportPart = StreamPart<'transfer.import'>
/** The answer of a 'read'. */
export interface ReadPart {
  type: 'read-end'
  value: unknown
}
export type SalvagePart = StreamPart<'history.salvage'>
export type ExportScope = StreamInput<'transfer.export'>['scope']

export type BulkJob =
  | { type: 'export'; path: string; scope: ExportScope; format: string; compact: boolean }
  | { type: 'import'; path: string }
  | { type: 'salvage' }
  | { type: 'read'; name: ReadName; args: ReadArgs<ReadName> }

/** The first message to the worker. `key` is transferred, so that it is in one place only. */
export interface BulkOpenMessage {
  type: 'open'
  file: string
  /** 32 bytes. */
  key: ArrayBuffer
  nativeBinding: string | undefined
}

export type ToBulk =
  | BulkOpenMessage
  | { type: 'start'; job: number; work: BulkJob }
  | { type: 'cancel'; job: number }
  | { type: 'answer'; call: number; ok: true; value: unknown }
  | { type: 'answer'; call: number; ok: false; error: WireError }

export type FromBulk =
  | { type: 'part'; job: number; part: ExportPart | ImportPart | SalvagePart | ReadPart }
  | { type: 'end'; job: number; error: WireError | null }
  /** The worker never writes the history; it asks main to have it written. */
  | { type: 'call'; job: number; call: number; name: string; args: unknown }
