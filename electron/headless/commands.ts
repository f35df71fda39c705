/** What each command does: the same work, in the same threads, as the window asks for. */
import path from 'node:path'
import { AppError } from '../../shared/errors.ts'
import { isSound } from '../history/backup/verify.ts'
import { type History, openHistory } from '../history/history.ts'
import { text } from '../i18n.ts'
import { type BulkWorker, startBulkWorker } from '../transfer/bulk.ts'
import type { ImportPart } from '../transfer/bulk-protocol.ts'
import { historyFile, historyOptions, openElsewhere, type Place, withKey, withReader } from './open-reader.ts'
import type { Command } from './parse-command.ts'
import { EXIT, failure, type Result } from './result.ts'
import { discardingHistory } from './validate.ts'

export interface Watching {
  /** Cancels what can be cancelled. */
  signal: AbortSignal
  /** A line for whoever looks on. */
  onProgress(line: string): void
}

type Named<N extends Command['name']> = Extract<Command, { name: N }>

/** Carries a command out; failures become the result, never an exception. */
export async function runCommand(command: Command, place: Place, watching: Watching): Promise<Result> {
  try {
    switch (command.name) {
      case 'export':
        return await exportAll(command, place, watching)
      case 'import':
        return await importInto(command, place, watching)
      case 'validate':
        return await validate(command, place, watching)
      case 'verify':
        return await verify(command, place)
      case 'backup':
        return await backUp(command, place)
      case 'stats':
        return await countAll(command, place)
    }
  } catch (error) {
    return failure(command, error)
  }
}

async function exportAll(command: Named<'export'>, place: Place, watching: Watching): Promise<Result> {
  const { name, file, format, compact } = command
  return await withReader(place, { recoveryCodeFile: command.recoveryCodeFile, needsSchema: true }, async (bulk) => {
    const job = { path: file, scope: { type: 'all' as const }, format, compact, signal: watching.signal }
    let total = 0
    for await (const part of bulk.exportTo(job)) {
      if (part.type === 'export-start') total = part.conversations
      else if (part.type === 'export-progress') {
        watching.onProgress(text('commands.exporting', { count: total, done: part.conversations }))
      } else {
        const { conversations, messages, sizeBytes, unreadable } = part
        const report = { command: name, ok: !unreadable, file, format, conversations, messages, sizeBytes }
        const sentence = text('commands.exported', { count: conversations, file })
        if (!unreadable) return done(report, sentence)
        const damaged = `${sentence} ${text('commands.unreadable')}`
        return { report: { ...report, unreadable }, sentence: damaged, exitCode: EXIT.partly }
      }
    }
    throw new AppError('cancelled', text('commands.cancelled'))
  })
}

async function importInto(command: Named<'import'>, place: Place, watching: Watching): Promise<Result> {
  if (!place.takeLock()) throw openElsewhere()
  let opened: { history: History; bulk: BulkWorker } | undefined
  try {
    await withKey(place, { recoveryCodeFile: command.recoveryCodeFile, reads: false }, async (key) => {
      const options = historyOptions(place, { file: historyFile(place), key })
      const history = await openHistory(options)
      const workerUrl = path.join(place.bundleFolder, 'bulk-worker.js')
      opened = { history, bulk: startBulkWorker({ ...options, file: history.opened.file, workerUrl }) }
    })
    if (!opened) throw openElsewhere()
    if (opened.history.opened.readOnly) {
      const message =
        'The history can be read but not changed. Check the permissions of the data folder, then try again.'
      throw new AppError('history-read-only', message)
    }
    return await takeIn(command, opened, watching)
  } finally {
    await opened?.bulk.close()
    await opened?.history.close()
  }
}

async function validate(command: Named<'validate'>, place: Place, watching: Watching): Promise<Result> {
  const { bundleFolder, nativeBinding } = place
  const workerUrl = path.join(bundleFolder, 'bulk-worker.js')
  // It reads the file alone: no history is opened, so no key is needed.
  const bulk = startBulkWorker({ file: '', key: new Uint8Array(32), nativeBinding, workerUrl })
  try {
    return await takeIn(command, { history: discardingHistory(), bulk }, watching)
  } finally {
    await bulk.close()
  }
}

async function takeIn(
  command: Named<'import' | 'validate'>,
  { history, bulk }: { history: History; bulk: BulkWorker },
  { signal, onProgress }: Watching,
): Promise<Result> {
  let end: Extract<ImportPart, { type: 'import-end' }> | undefined
  for await (const part of bulk.importFrom({ path: command.file, signal, history })) {
    if (part.type === 'import-end') end = part
    else if (part.type === 'import-progress') onProgress(text('commands.importing', { count: part.conversations }))
  }
  if (!end) throw new AppError('cancelled', text('commands.cancelled'))
  const { conversations, messages, problems, complete } = end.report
  const ok = complete && conversations.skipped === 0
  const report = { command: command.name, ok, file: command.file, complete, conversations, messages, problems }
  const count = conversations.imported + conversations.copied + conversations.unchanged
  const sentence = text(command.name === 'import' ? 'commands.imported' : 'commands.validated', {
    count,
    file: command.file,
  })
  if (ok) return done(report, sentence)
  const rest = text('commands.partly', { count: conversations.skipped })
  return { report, sentence: `${sentence} ${rest}`, exitCode: EXIT.partly }
}

async function verify(command: Named<'verify'>, place: Place): Promise<Result> {
  const found = await withReader(place, { recoveryCodeFile: command.recoveryCodeFile, needsSchema: false }, (bulk) =>
    bulk.read('verify', {}),
  )
  const ok = isSound(found)
  const report = { command: command.name, ok, file: historyFile(place), ...found }
  const sentence = text(ok ? 'commands.sound' : 'commands.damaged')
  return { report, sentence, exitCode: ok ? EXIT.done : EXIT.damaged }
}

async function backUp(command: Named<'backup'>, place: Place): Promise<Result> {
  const name = `alcove-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}Z.db`
  const { file, sizeBytes, report } = await withReader(
    place,
    { recoveryCodeFile: command.recoveryCodeFile, needsSchema: false },
    (bulk) => bulk.read('backUp', { folder: command.folder, name }),
  )
  return done({ command: command.name, ok: true, file, sizeBytes, ...report }, text('commands.backedUp', { file }))
}

async function countAll(command: Named<'stats'>, place: Place): Promise<Result> {
  const statistics = await withReader(
    place,
    { recoveryCodeFile: command.recoveryCodeFile, needsSchema: true },
    (bulk) => bulk.read('statistics', {}),
  )
  return done({ command: command.name, ok: true, statistics }, text('commands.counted'))
}

function done(report: Result['report'], sentence: string): Result {
  return { report, sentence, exitCode: EXIT.done }
}
