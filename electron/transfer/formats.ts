import { AppError } from '../../shared/errors.ts'
import type { Database } from '../history/database.ts'
import type { ExportProgress } from './progress.ts'
import { writeAlcoveJson } from './write-alcove-json.ts'
import { writePlainJson } from './write-plain-json.ts'

export interface ExportWork {
  /** Read-only and used by nothing else while the export runs. */
  db: Database
  scope: 'all' | 'conversations'
  /** Fixed when the export starts, in the order they are written. One that is erased meanwhile is left out. */
  conversationIds: string[]
  /** No white space, instead of two spaces for each depth. */
  compact: boolean
  /** Counted up by the writer. */
  progress: ExportProgress
}

export interface ExportFormat {
  /** In the catalogue of messages. */
  labelKey: string
  /** Without the dot. */
  extension: string
  /** Pieces of text that make the whole file, none larger than the largest message. */
  write: (work: ExportWork) => Iterable<string>
}

/** Every form that an export can take. A new one is an entry here and a writer beside it. */
const exportFormats: ReadonlyMap<string, ExportFormat> = new Map([
  ['alcove-json', { labelKey: 'transfer.format.alcoveJson', extension: 'json', write: writeAlcoveJson }],
  ['plain-json', { labelKey: 'transfer.format.plainJson', extension: 'json', write: writePlainJson }],
])

/** Throws `invalid-request` for a format that there is none of. */
export function findFormat(id: string): ExportFormat {
  const format = exportFormats.get(id)
  if (!format) throw new AppError('invalid-request', 'Alcove cannot export in this format. Choose another one.')
  return format
}
