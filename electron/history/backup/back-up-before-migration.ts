import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { AppError } from '../../../shared/errors.ts'
import { type OpenOptions, openDatabase } from '../database.ts'
import { backUp } from './back-up.ts'

/** Backups of this kind that are kept: the one just made and those before it. */
const KEPT = 3

/** `before-migration-<schema>-<time>.db`: the `user_version` of the file and UTC to the millisecond, both in order of their names. */
const NAME = /^before-migration-\d{4}-\d{8}T\d{9}Z\.db$/

/** The folder beside a history where Alcove keeps the backups that it makes by itself. */
export function backupsFolder(file: string): string {
  return path.join(path.dirname(file), 'backups')
}

/**
 * What `migrate` calls before it changes a file that was written by an earlier version: makes a verified backup of it in
 * the folder of backups. Throws `backup-failed`, saying what to do, when there can be none; the migration then does not
 * run. Older backups of this kind go only after the new one was verified.
 */
export function backUpBeforeMigration(options: Pick<OpenOptions, 'file' | 'key' | 'nativeBinding'>): () => void {
  return () => {
    const folder = backupsFolder(options.file)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      removeOlder(folder, backUpInto(folder, options))
    } catch (error) {
      throw new AppError('backup-failed', sentenceFor(error), { cause: error, retryable: true })
    }
  }
}

/** Returns the name of the backup. */
function backUpInto(folder: string, { file, key, nativeBinding }: OpenOptions): string {
  // The connection that migrates is in a transaction, where it could make no copy.
  const reader = openDatabase({ file, key, nativeBinding, readonly: true })
  try {
    const version = String(reader.pragma('user_version', { simple: true })).padStart(4, '0')
    const time = new Date().toISOString().replaceAll(/[-:.]/g, '')
    const name = `before-migration-${version}-${time}.db`
    backUp(reader, { folder, name, key, nativeBinding })
    return name
  } finally {
    reader.close()
  }
}

/** Keeps the newest by name, and the one just made whatever a clock that was put back says. */
function removeOlder(folder: string, justMade: string): void {
  const others = readdirSync(folder).filter((name) => NAME.test(name) && name !== justMade)
  const older = others.sort().slice(0, Math.max(0, others.length - (KEPT - 1)))
  for (const name of older) rmSync(path.join(folder, name))
}

function sentenceFor(error: unknown): string {
  const reason = error instanceof AppError ? error.message : 'The folder "backups" cannot be written to.'
  return `This version of Alcove has to change the form of your history, and makes a backup of it before. That failed, so nothing was changed. ${reason}`
}
