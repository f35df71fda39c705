import { realpath } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { type Database, type OpenOptions, openDatabase } from '../history/database.ts'
import { fromSqliteError } from '../history/sqlite-errors.ts'
import { listExportedIds } from '../history/transfer-export.ts'
import type { ExportPart, ExportScope } from './bulk-protocol.ts'
import { findFormat } from './formats.ts'
import { type ExportProgress, everyTenthOfASecond } from './progress.ts'
import { writeWholeFile } from './write-file.ts'

/** Of the export's own connection: it reads each page once. */
const CACHE_MIB = 16

interface ExportArgs {
  history: Pick<OpenOptions, 'file' | 'key' | 'nativeBinding'>
  path: string
  scope: ExportScope
  format: string
  compact: boolean
  signal: AbortSignal
  onPart: (part: ExportPart) => void
}

/**
 * Writes an export to `path`, from a read-only connection of its own. The ids are fixed at the start; each conversation
 * is as it was at one moment. What cannot be read for damage is counted at the end, and the rest is exported. Throws what `openDatabase` and `writeWholeFile` throw, and 'not-found' when nothing that
 * was chosen is there, and 'export-failed' for the folder that the history itself is in.
 */
export async function exportFile({ history, path, scope, format, compact, signal, onPart }: ExportArgs): Promise<void> {
  await refuseHistoryFolder(history.file, path)
  const { write } = findFormat(format)
  const db = openDatabase({ ...history, readonly: true, cacheMiB: CACHE_MIB })
  try {
    const conversationIds = chosenIds(db, scope)
    const fileName = basename(path)
    onPart({ type: 'export-start', fileName, conversations: conversationIds.length })
    const progress: ExportProgress = { conversations: 0, messages: 0 }
    const tell = everyTenthOfASecond()
    const pieces = write({ db, scope: scope.type, conversationIds, compact, progress })
    const onWritten = (written: number) =>
      tell(() => onPart({ type: 'export-progress', ...progress, sizeBytes: written }))
    const sizeBytes = await writeWholeFile({ path, pieces, signal, onWritten })
    onPart({ type: 'export-end', fileName, ...progress, sizeBytes })
  } catch (error) {
    throw fromSqliteError(error)
  } finally {
    db.close()
  }
}

/** There the new file would take the place of the history or its key as readily as that of an old export. */
async function refuseHistoryFolder(file: string, path: string): Promise<void> {
  const [own, target] = await Promise.all([file, path].map((of) => realpath(dirname(of)).catch(() => dirname(of))))
  if (own !== target) return
  const message = 'This is the folder where Alcove keeps your history. Choose another folder, then export again.'
  throw new AppError('export-failed', message)
}

function chosenIds(db: Database, scope: ExportScope): string[] {
  const ids = listExportedIds(db, scope)
  if (ids.length > 0 || scope.type === 'all') return ids
  throw new AppError('not-found', 'What you chose is no longer there. Choose other conversations, then export again.')
}
