/** A process of its own that keeps a history of the present schema for later versions to open, as a crash leaves it. */
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findFormat } from '../../transfer/formats.ts'
import { openDatabase } from '../database.ts'
import { migrations } from '../migrations.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { listExportedIds } from '../transfer-export.ts'
import { fillRichly, leaveStreaming } from './rich-history.ts'

const [fixtures = ''] = process.argv.slice(2)
const key = createHash('sha256').update('the open key of the fixtures').digest()
const work = mkdtempSync(path.join(os.tmpdir(), 'alcove-schema-'))
const file = path.join(work, 'history.db')
const folder = path.join(fixtures, `schema-${migrations.length}`)

if (existsSync(folder)) throw new Error(`${folder} is there, and is never made again`)
const db = openHistoryFile({ file, key })
db.transaction(() => fillRichly(db))()
db.pragma('wal_checkpoint(TRUNCATE)')
leaveStreaming(db)
mkdirSync(folder)
for (const end of ['', '-wal']) copyFileSync(file + end, path.join(folder, `history.db${end}`))
db.close()

const copy = path.join(work, 'copy.db')
for (const end of ['', '-wal']) copyFileSync(path.join(folder, `history.db${end}`), copy + end)
const reader = openDatabase({ file: copy, key })
const scope = { type: 'all' } as const
const conversationIds = listExportedIds(reader, scope)
const progress = { conversations: 0, messages: 0 }
const pieces = findFormat('alcove-json').write({ db: reader, scope: 'all', conversationIds, compact: false, progress })
writeFileSync(path.join(folder, 'export.json'), [...pieces].join(''))
reader.close()
writeFileSync(path.join(folder, 'key.hex'), `${key.toString('hex')}\n`)
rmSync(work, { recursive: true })
