import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { openDatabase } from '../../electron/history/database.ts'
import type { Acknowledgement } from './program/acknowledgement.ts'

/** A file with the name of a backup is whole, and every one that was reported as made is there. */
export function findBrokenBackups(folder: string, key: Buffer, acknowledged: readonly Acknowledgement[]): string[] {
  const backups = path.join(folder, 'backups')
  const names = existsSync(backups) ? readdirSync(backups).filter((name) => name.endsWith('.db')) : []
  const made = acknowledged.flatMap((one) => (one.type === 'backed-up' ? [one] : []))
  const missing = made.filter(({ name }) => !names.includes(name)).map(({ name }) => `the backup ${name} is gone`)
  const broken = names.flatMap((name) => {
    const wanted = made.find((one) => one.name === name)?.messages
    return readProblem(path.join(backups, name), key, wanted) ?? []
  })
  return [...missing, ...broken]
}

export function findNoBackup(folder: string, prefix: string): string[] {
  const backups = path.join(folder, 'backups')
  const found = existsSync(backups) && readdirSync(backups).some((name) => name.startsWith(prefix))
  return found ? [] : [`there is no backup ${prefix}`]
}

function readProblem(file: string, key: Buffer, wanted: number | undefined): string | undefined {
  try {
    const db = openDatabase({ file, key, readonly: true })
    const integrity = db.pragma('integrity_check', { simple: true })
    const messages = db.prepare<[], number>('SELECT count(*) FROM messages').pluck().get() ?? 0
    db.close()
    if (integrity !== 'ok') return `the backup ${path.basename(file)}: ${String(integrity)}`
    return wanted === undefined || messages === wanted ? undefined : `the backup ${path.basename(file)} lacks messages`
  } catch (error) {
    return `the backup ${path.basename(file)}: ${String(error)}`
  }
}
