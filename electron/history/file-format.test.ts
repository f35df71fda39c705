import { randomBytes } from 'node:crypto'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { backUp } from './backup/back-up.ts'
import { backUpBeforeMigration } from './backup/back-up-before-migration.ts'
import { changeKey } from './change-key/change-key.ts'
import { openDatabase } from './database.ts'
import { migrate } from './migrate.ts'
import { migrations } from './migrations.ts'
import {
  openPage,
  PAGE,
  readFilePages,
  readLogPages,
  type SealedPage,
  saltOf,
  unevenness,
} from './testing/sealed-pages.ts'
import { temporaryFolder } from './testing/small-disk.ts'
import { exchange, newConversation, temporaryFile, temporaryHistory } from './testing/temporary-history.ts'

const FIXTURE = path.join(import.meta.dirname, '../../tests/fixtures/histories/schema-1')
const UNEVEN = 420

/** Two markers: one in pages of the file, the other in the log only. */
function filledHistory() {
  const history = temporaryHistory()
  const { db } = history
  for (const size of [1, 500, 30_000]) exchange(db, newConversation(db), 'marker-file', 'an answer '.repeat(size))
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.pragma('wal_autocheckpoint = 0')
  exchange(db, newConversation(db), 'marker-log', 'an answer '.repeat(2000))
  return history
}

/** What an outsider sees in the bytes, and what a reader with the key does. */
function lookAt(pages: SealedPage[], marker: string) {
  return {
    isMuch: pages.length > 8,
    uneven: pages.filter(({ sealed }) => unevenness(sealed) > UNEVEN).map(({ number }) => number),
    readable: pages.filter(({ sealed }) =>
      ['marker-', 'SQLite format 3', 'CREATE TABLE'].some((text) => sealed.includes(text)),
    ),
    hasMarker: pages.some(({ clear }) => clear.includes(marker)),
  }
}

const SEALED = { isMuch: true, uneven: [], readable: [], hasMarker: true }

describe('every page that another program reads with the key, and nobody without it', () => {
  it('is in the file and in the log', () => {
    const { file, key } = filledHistory()
    expect(lookAt(readFilePages(file, key), 'marker-file')).toEqual(SEALED)
    expect(lookAt(readLogPages(file, key), 'marker-log')).toEqual(SEALED)
    expect(readFilePages(file, key).some(({ clear }) => clear.includes('marker-log'))).toBe(false)
  })

  it('is in a backup', () => {
    const { db, file, key } = filledHistory()
    const backup = backUp(db, { folder: temporaryFolder(), name: 'backup.db', key, nativeBinding: undefined })
    expect(lookAt(readFilePages(backup.file, key), 'marker-log')).toEqual(SEALED)
    expect(saltOf(backup.file).equals(saltOf(file))).toBe(true)
  })

  it('is in what a key change leaves, under the new key alone', async () => {
    const { db, file, key } = filledHistory()
    db.close()
    const newKey = randomBytes(32)
    const nothing = async () => undefined
    await changeKey({ file, key, newKey, keepNext: nothing, promote: nothing, drop: nothing })
    expect(lookAt(readFilePages(file, newKey), 'marker-log')).toEqual(SEALED)
    const bytes = readFileSync(file)
    const opened = Array.from({ length: bytes.length / PAGE }, (_, index) => {
      const sealed = bytes.subarray(index * PAGE, (index + 1) * PAGE)
      try {
        return openPage(sealed, { key, salt: saltOf(file), number: index + 1 })
      } catch {
        return null
      }
    })
    expect(opened.filter((page) => page !== null)).toEqual([])
  })

  it('is in what a migration leaves, in the file, in the log and in the backup beside it', () => {
    const { file } = temporaryFile()
    const key = Buffer.from(readFileSync(path.join(FIXTURE, 'key.hex'), 'utf8').trim(), 'hex')
    for (const end of ['', '-wal']) copyFileSync(path.join(FIXTURE, `history.db${end}`), file + end)
    const db = openDatabase({ file, key })
    onTestFinished(() => void db.close())
    db.pragma('wal_checkpoint(TRUNCATE)')
    migrate(db, migrations, { beforeMigrate: backUpBeforeMigration({ file, key }) })
    const backups = path.join(path.dirname(file), 'backups')
    const [backup = ''] = readdirSync(backups)
    expect(lookAt(readFilePages(path.join(backups, backup), key), 'Shade garden')).toEqual(SEALED)
    expect(lookAt(readLogPages(file, key), 'message_index_backlog')).toEqual(SEALED)
    db.pragma('wal_checkpoint(TRUNCATE)')
    expect(lookAt(readFilePages(file, key), 'Shade garden')).toEqual(SEALED)
  })

  it('begins with a salt of its own', () => {
    const salts = [temporaryHistory(), temporaryHistory()].map(({ file }) => saltOf(file))
    expect(salts[0]?.equals(salts[1] ?? Buffer.alloc(0))).toBe(false)
  })
})

describe('the checks of these pages', () => {
  it('fail with another key, for one flipped bit, and for a page in another place', () => {
    const { file, key } = filledHistory()
    const salt = saltOf(file)
    const sealed = readFileSync(file).subarray(PAGE, 2 * PAGE)
    const flipped = Buffer.from(sealed)
    flipped.writeUInt8(flipped.readUInt8(1000) ^ 4, 1000)
    expect(openPage(sealed, { key, salt, number: 2 })).toHaveLength(PAGE - 80)
    for (const work of [
      () => openPage(sealed, { key: randomBytes(32), salt, number: 2 }),
      () => openPage(flipped, { key, salt, number: 2 }),
      () => openPage(sealed, { key, salt, number: 3 }),
    ]) {
      expect(work).toThrow('fails its check')
    }
  })

  it('call the same pages uneven in the clear', () => {
    const { file, key } = filledHistory()
    const pages = readFilePages(file, key)
    expect(pages.filter(({ clear }) => unevenness(clear) <= UNEVEN)).toEqual([])
  })
})
