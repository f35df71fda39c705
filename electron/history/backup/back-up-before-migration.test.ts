import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exportText } from '../../transfer/testing/transfer-in-process.ts'
import { type Database, openDatabase } from '../database.ts'
import { type Migration, migrate } from '../migrate.ts'
import { migrations } from '../migrations.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { mountSmallDisk } from '../testing/small-disk.ts'
import { exchange, newConversation, temporaryHistory } from '../testing/temporary-history.ts'
import { backUpBeforeMigration, backupsFolder } from './back-up-before-migration.ts'

const next: Migration = {
  number: migrations.length + 1,
  name: 'next.sql',
  sql: "ALTER TABLE messages ADD COLUMN later TEXT; UPDATE messages SET text = text || ' migrated';",
}

function upgrade({ db, file, key }: { db: Database; file: string; key: Buffer }): number {
  const beforeMigrate = backUpBeforeMigration({ file, key })
  return migrate(db, [...migrations, next], { beforeMigrate })
}

/** A history of the schema before, with an exchange in it. */
function formerHistory() {
  const history = temporaryHistory()
  exchange(history.db, newConversation(history.db), 'question', 'answer')
  return { ...history, folder: backupsFolder(history.file) }
}

describe('before a migration', () => {
  it('makes a backup that holds what the earlier version wrote', () => {
    const history = formerHistory()
    const before = exportText(history.db)
    expect(upgrade(history)).toBe(1)
    const [name = '', ...others] = readdirSync(history.folder)
    const version = String(migrations.length).padStart(4, '0')
    expect({ name, others, mode: statSync(history.folder).mode & 0o777 }).toEqual({
      name: expect.stringMatching(new RegExp(`^before-migration-${version}-\\d{8}T\\d{9}Z\\.db$`)),
      others: [],
      mode: 0o700,
    })
    const backup = openDatabase({ file: path.join(history.folder, name), key: history.key, readonly: true })
    onTestFinished(() => void backup.close())
    expect([exportText(backup), backup.pragma('user_version', { simple: true })]).toEqual([before, migrations.length])
    expect(exportText(history.db)).not.toBe(before)
  })

  it('makes none where there is nothing to migrate, nor of a history that is only now made', () => {
    const { db, file, key, folder } = formerHistory()
    migrate(db, migrations, { beforeMigrate: backUpBeforeMigration({ file, key }) })
    expect(existsSync(folder)).toBe(false)
  })

  it('keeps the newest three, and no other file is touched', () => {
    const history = formerHistory()
    upgrade(history)
    const [made = ''] = readdirSync(history.folder)
    const older = ['0001-20200101T000000000Z', '0001-20210101T000000000Z', '0001-20220101T000000000Z']
    const names = [...older.map((name) => `before-migration-${name}.db`), 'before-migration-mine.db', 'copy.db']
    for (const name of names) writeFileSync(path.join(history.folder, name), 'x')
    history.db.pragma(`user_version = ${migrations.length}`)
    history.db.exec('ALTER TABLE messages DROP COLUMN later')
    upgrade(history)
    const left = readdirSync(history.folder)
    expect({
      count: left.length,
      gone: names.filter((name) => !left.includes(name)),
      made: left.includes(made),
    }).toEqual({
      count: 5,
      gone: names.slice(0, 2),
      made: true,
    })
  })

  it('never removes the one just made, whatever the clock says', () => {
    const history = formerHistory()
    upgrade(history)
    const [made = ''] = readdirSync(history.folder)
    for (const year of [2091, 2092, 2093, 2094]) {
      writeFileSync(path.join(history.folder, `before-migration-9999-${year}0101T000000000Z.db`), 'x')
    }
    history.db.pragma(`user_version = ${migrations.length}`)
    history.db.exec('ALTER TABLE messages DROP COLUMN later')
    upgrade(history)
    const left = readdirSync(history.folder)
    const justMade = left.filter((name) => name !== made && !name.includes('-9999-'))
    expect({ count: left.length, justMade: justMade.length }).toEqual({ count: 3, justMade: 1 })
  })

  it('does not migrate when no backup can be made, and says why', () => {
    const history = formerHistory()
    writeFileSync(history.folder, 'a file where the folder should be')
    const before = exportText(history.db)
    expect(() => upgrade(history)).toThrow(
      expect.objectContaining({ code: 'backup-failed', message: expect.stringContaining('nothing was changed') }),
    )
    expect([exportText(history.db), history.db.pragma('user_version', { simple: true })]).toEqual([
      before,
      migrations.length,
    ])
  })

  it('says how much room a backup needs', ({ skip }) => {
    const disk = mountSmallDisk('size=2m') ?? skip('cannot mount here')
    const file = path.join(disk, 'history.db')
    const key = randomBytes(32)
    const db = openHistoryFile({ file, key })
    exchange(db, newConversation(db), 'question', 'answer '.repeat(3000))
    db.pragma('wal_checkpoint(TRUNCATE)')
    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(path.join(disk, 'other'), Buffer.alloc(bavail * bsize - 50_000))
    expect(() => upgrade({ db, file, key })).toThrow(
      expect.objectContaining({ code: 'backup-failed', message: expect.stringMatching(/needs 0\.\d MB on the disk/) }),
    )
    db.close()
  })
})
