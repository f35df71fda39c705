import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase } from './database.ts'
import { openHistoryFile } from './open-history-file.ts'
import { temporaryFile } from './testing/temporary-history.ts'

const FIXTURE = path.join(import.meta.dirname, '../../tests/fixtures/histories/schema-1')

it('makes a backup of a history of an earlier version before it changes it', () => {
  const { file } = temporaryFile()
  for (const end of ['', '-wal']) copyFileSync(path.join(FIXTURE, `history.db${end}`), file + end)
  const key = Buffer.from(readFileSync(path.join(FIXTURE, 'key.hex'), 'utf8').trim(), 'hex')
  const rows = (db: ReturnType<typeof openDatabase>) => db.prepare('SELECT count(*) FROM messages').pluck().get()
  const migrated = openHistoryFile({ file, key })
  const messages = rows(migrated)
  migrated.close()
  const folder = path.join(path.dirname(file), 'backups')
  const names = readdirSync(folder)
  const backup = openDatabase({ file: path.join(folder, names[0] ?? ''), key, readonly: true })
  const found = { version: backup.pragma('user_version', { simple: true }), messages: rows(backup) }
  backup.close()
  expect({ backups: names.length, ...found }).toEqual({ backups: 1, version: 1, messages })
})
