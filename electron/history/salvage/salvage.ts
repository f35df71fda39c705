/** Makes a new history of everything in a damaged one that can still be read; the damaged one is not changed. */
import { rmSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { v4 as uuid } from 'uuid'
import { AppError } from '../../../shared/errors.ts'
import { createPrivateFile } from '../backup/durable-files.ts'
import { isSound, verifyHistory } from '../backup/verify.ts'
import { type Database, openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import { migrations } from '../migrations.ts'
import { fromSqliteError } from '../sqlite-errors.ts'
import { type CopyReport, copyRows } from './copy-rows.ts'
import { fillGaps } from './fill-gaps.ts'
import { openPages, type PageSource } from './pages/page-source.ts'
import { replaceHistory } from './replace-history.ts'
import { reportByConversation, type SalvageReport } from './salvage-report.ts'
import { readSourceSchema } from './source-schema.ts'

export interface SalvageArgs {
  file: string
  /** 32 bytes. */
  key: Uint8Array
  nativeBinding?: string | undefined
  signal: AbortSignal
  /** Pages of the damaged file that were read, of how many. */
  onProgress(progress: { pages: number; total: number }): void
}

/** How long other work in the thread may have to wait. */
const TURN_MS = 15

/**
 * Reads `file` page by page without SQLite, writes what is whole into a new history beside it, checks that, and only then
 * puts it in the place of the damaged one, which is kept as `history.damaged-<n>.db`. No connection may have the file open.
 * Throws `cancelled`, `history-key-wrong` where no page can be read with this key, `history-from-newer-version`,
 * `disk-full`, `salvage-failed`; nothing is changed then.
 */
export async function salvage(args: SalvageArgs): Promise<SalvageReport> {
  const { file, key } = args
  const pages = openPages({ file, key })
  if (!pages) {
    const message =
      'No part of the history can be read with the key that is stored. Restore a backup. Nothing was changed.'
    throw new AppError('history-key-wrong', message)
  }
  const salvaged = path.join(path.dirname(file), `.${path.basename(file, '.db')}-salvage-${uuid()}.part`)
  try {
    createPrivateFile(salvaged)
    const report = await fillNew(salvaged, pages, args)
    throwIfCancelled(args.signal)
    return { ...report, keptAs: replaceHistory({ file, salvaged }) }
  } catch (error) {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(salvaged + end, { force: true })
    throw fromSqliteError(error)
  } finally {
    pages.close()
  }
}

/** In one connection that trusts nobody else to have the file, so that nothing but the file itself is left of it. */
async function fillNew(salvaged: string, pages: PageSource, args: SalvageArgs): Promise<Omit<SalvageReport, 'keptAs'>> {
  const { key, nativeBinding, signal, onProgress } = args
  const schema = readSourceSchema(pages, migrations, nativeBinding)
  const db = openDatabase({ file: salvaged, key, nativeBinding })
  try {
    migrate(db, migrations.slice(0, schema.version))
    db.pragma('foreign_keys = OFF')
    // Nobody relies on it before it is synced as a whole: see `replaceHistory`.
    db.pragma('synchronous = OFF')
    // Values of a newer version, or wrong ones, are kept as they are.
    db.pragma('ignore_check_constraints = ON')
    const copied: CopyReport = { damagedPages: 0, refused: new Map(), cutMessages: new Set() }
    const onPages = (read: number): void => {
      throwIfCancelled(signal)
      onProgress({ pages: Math.min(read, pages.count), total: pages.count })
    }
    await inTurns(copyRows({ pages, db, report: copied, onPages }, schema))
    refuseNothing(db, copied)
    const gaps = fillGaps(db, pages, schema)
    migrate(db, migrations)
    const report = reportByConversation(db, { copied, gaps, log: pages.log })
    await setImmediate()
    refuseUnsound(db)
    return report
  } finally {
    db.close()
  }
}

async function inTurns(steps: Generator<void>): Promise<void> {
  let turn = performance.now()
  for (const _ of steps) {
    if (performance.now() - turn < TURN_MS) continue
    await setImmediate()
    turn = performance.now()
  }
}

/** An empty history in the place of one of which nothing can be read would look like a loss. */
function refuseNothing(db: Database, { damagedPages }: CopyReport): void {
  const saved = db.prepare('SELECT 1 FROM messages UNION ALL SELECT 1 FROM conversations LIMIT 1').get()
  if (saved || damagedPages === 0) return
  const message = 'Nothing in the history file can be read any more. Nothing was changed; restore a backup.'
  throw new AppError('salvage-failed', message)
}

function refuseUnsound(db: Database): void {
  // Rules about values are the one thing that may be broken: see above.
  const report = verifyHistory(db)
  if (isSound(report)) return
  const message = 'What could be saved does not make a sound history. Nothing was changed; restore a backup.'
  throw new AppError('salvage-failed', message, { cause: new Error(JSON.stringify(report)) })
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'Salvaging was cancelled. Nothing was changed.')
}
