import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { Database } from '../../history/database.ts'
import { functions } from '../../history/functions.ts'
import { listExportedIds } from '../../history/transfer-export.ts'
import type { ExportScope } from '../bulk-protocol.ts'
import { findFormat } from '../formats.ts'
import { importFile } from '../import-file.ts'
import { type ImportHistory, importCalls } from '../import-history.ts'
import type { ImportReport } from '../import-report.ts'

/**
 * The history functions without a thread between, on the connection that a test looks into. `onCall` is told the name
 * of each before it runs.
 */
export function historyOf(db: Database, onCall: (name: string) => void = () => undefined): ImportHistory {
  const call = (name: string) => async (args: unknown) => {
    onCall(name)
    return (functions[name as keyof typeof functions] as (db: Database, args: unknown) => unknown)(db, args)
  }
  return Object.fromEntries([...importCalls].map((name) => [name, call(name)])) as unknown as ImportHistory
}

/** The whole text of an export. */
export function exportText(
  db: Database,
  {
    scope = { type: 'all' },
    format = 'alcove-json',
    compact = false,
  }: { scope?: ExportScope; format?: string; compact?: boolean } = {},
): string {
  const progress = { conversations: 0, messages: 0 }
  const conversationIds = listExportedIds(db, scope)
  return [...findFormat(format).write({ db, scope: scope.type, conversationIds, compact, progress })].join('')
}

/** A folder that is removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-transfer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Imports a file with this content. */
export async function importText(
  db: Database,
  content: string | Uint8Array,
  { signal = new AbortController().signal, onCall }: { signal?: AbortSignal; onCall?: (name: string) => void } = {},
): Promise<ImportReport> {
  const file = path.join(temporaryFolder(), 'import.json')
  writeFileSync(file, content)
  return importFile({ path: file, history: historyOf(db, onCall), signal })
}

export function readSample(name: string): string {
  return readFileSync(path.join(import.meta.dirname, '../../../docs/samples', name), 'utf8')
}
