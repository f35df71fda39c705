import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { exportText } from '../../transfer/testing/transfer-in-process.ts'
import { hashContent } from '../backup/content-hashes.ts'
import { type Database, openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import { migrations } from '../migrations.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { withoutLaterFields } from './later-fields.ts'

const FIXTURE = path.join(import.meta.dirname, '../../../tests/fixtures/histories/schema-1')
const KEY = Buffer.from(readFileSync(path.join(FIXTURE, 'key.hex'), 'utf8').trim(), 'hex')
const EXPORT = readFileSync(path.join(FIXTURE, 'export.json'), 'utf8')

export interface KilledMigration {
  /** Of the file as the kill left it. */
  version: number
  /** What is wrong with it; nothing should be. */
  problems: string[]
  /** What the program printed: how many steps there were, where it got to the end. */
  steps: number | null
  /** From the first step to the end of the program. */
  tookMs: number
}

/** Where to kill: before the n-th step, or some time after the migration has begun. */
export type KillAt = { step: number } | { afterMs: number }

/** The content of the first schema's history at each version on its way to the newest, by version. */
export function contentOfVersions(): Map<number, string> {
  return inCopy((file) => {
    const db = openDatabase({ file, key: KEY })
    const contents = migrations.map((_, index) => {
      migrate(db, migrations.slice(0, index + 1))
      return [index + 1, contentOf(db)] as const
    })
    db.close()
    return new Map(contents)
  })
}

/** Migrates a copy of the first schema's history in a process of its own, kills that, and looks at what is left. */
export async function killMigration(
  { program, contents }: { program: string; contents: Map<number, string> },
  at: KillAt,
): Promise<KilledMigration> {
  return await inCopy(async (file) => {
    const { steps, tookMs } = await run(program, file, at)
    const { version, problems } = lookAt(file, contents)
    return { version, problems: [...problems, ...tryToOpenAgain(file, contents)], steps, tookMs }
  })
}

function inCopy<Result>(work: (file: string) => Result): Result {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'alcove-migration-'))
  const file = path.join(folder, 'history.db')
  for (const end of ['', '-wal']) copyFileSync(path.join(FIXTURE, `history.db${end}`), file + end)
  const remove = (): void => rmSync(folder, { recursive: true })
  const result = work(file)
  if (result instanceof Promise) return result.finally(remove) as Result
  remove()
  return result
}

async function run(program: string, file: string, at: KillAt): Promise<Pick<KilledMigration, 'steps' | 'tookMs'>> {
  const keyFile = path.join(path.dirname(file), 'key')
  writeFileSync(keyFile, KEY)
  const stopAt = 'step' in at ? String(at.step) : 'never'
  const child = spawn(process.execPath, [program, file, keyFile, stopAt], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const closed = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), closed])
  const start = performance.now()
  if ('afterMs' in at) {
    await delay(at.afterMs)
    child.kill('SIGKILL')
  }
  await closed
  const steps = Number.parseInt(printed.replace('ready\n', ''), 10)
  return { steps: Number.isNaN(steps) ? null : steps, tookMs: performance.now() - start }
}

/** The file as the kill left it: one version or the other, whole. */
function lookAt(file: string, contents: Map<number, string>): { version: number; problems: string[] } {
  const db = openDatabase({ file, key: KEY })
  const version = Number(db.pragma('user_version', { simple: true }))
  const problems = [
    ...(contentOf(db) === contents.get(version) ? [] : [`the content is not that of version ${version}`]),
    ...(db.pragma('integrity_check', { simple: true }) === 'ok' ? [] : ['it is not sound']),
    ...(version > 1 && backupsOf(file).length === 0 ? ['it was migrated without a backup'] : []),
  ]
  db.close()
  return { version, problems }
}

function tryToOpenAgain(file: string, contents: Map<number, string>): string[] {
  try {
    return openAgain(file, contents)
  } catch (error) {
    return [`it does not open: ${(error as Error).message}`]
  }
}

/** Opening it as the app does brings it to the newest version, with everything in it. */
function openAgain(file: string, contents: Map<number, string>): string[] {
  const db = openHistoryFile({ file, key: KEY })
  const problems = [
    ...(withoutLaterFields(exportText(db)) === EXPORT ? [] : ['it does not export what it exported before']),
    ...(Number(db.pragma('user_version', { simple: true })) === migrations.length ? [] : ['it is not migrated']),
    ...backupsOf(file).flatMap((backup) =>
      isWhole(backup, contents) ? [] : [`${path.basename(backup)} is no backup`],
    ),
  ]
  db.close()
  return problems
}

function backupsOf(file: string): string[] {
  const folder = path.join(path.dirname(file), 'backups')
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .map((name) => path.join(folder, name))
}

/** A backup of an earlier version, with all of it. */
function isWhole(backup: string, contents: Map<number, string>): boolean {
  const db = openDatabase({ file: backup, key: KEY, readonly: true })
  const version = Number(db.pragma('user_version', { simple: true }))
  const content = contentOf(db)
  db.close()
  return version < migrations.length && content === contents.get(version)
}

function contentOf(db: Database): string {
  return JSON.stringify(hashContent(db))
}
