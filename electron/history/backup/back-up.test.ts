import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { exportText } from '../../transfer/testing/transfer-in-process.ts'
import { type Database, openDatabase } from '../database.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { mountSmallDisk, readOnlyFolder, temporaryFolder } from '../testing/small-disk.ts'
import { exchange, newConversation, temporaryHistory } from '../testing/temporary-history.ts'
import { backUp, refuseFullDisk } from './back-up.ts'
import { isSound } from './verify.ts'

function filledHistory() {
  const history = temporaryHistory()
  for (const size of [1, 300, 30_000])
    exchange(history.db, newConversation(history.db), 'question', 'ä😀 '.repeat(size))
  return { ...history, nativeBinding: undefined }
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'none'
}

/** Calls `before` and `after` around each copy that `db` makes of itself. */
function aroundCopying(db: Database, { before, after }: { before?: () => void; after?: (copy: string) => void }): void {
  const prepare = db.prepare.bind(db)
  vi.spyOn(db, 'prepare').mockImplementation((sql: string) => {
    const prepared = prepare(sql)
    if (!sql.startsWith('VACUUM INTO')) return prepared
    const run = (into: string): void => {
      before?.()
      prepared.run(into)
      after?.(into)
    }
    return { run } as unknown as typeof prepared
  })
  onTestFinished(() => void vi.restoreAllMocks())
}

describe('a backup', () => {
  it('is a whole history under the same key, for its owner alone', () => {
    const { db, key, nativeBinding } = filledHistory()
    const folder = temporaryFolder()
    const { file, sizeBytes, report } = backUp(db, { folder, name: 'one.db', key, nativeBinding })
    expect({ file, files: readdirSync(folder), sound: isSound(report), messages: report.counts.messages }).toEqual({
      file: path.join(folder, 'one.db'),
      files: ['one.db'],
      sound: true,
      messages: 6,
    })
    expect([statSync(file).size, statSync(file).mode & 0o777]).toEqual([sizeBytes, 0o600])
    const restored = openHistoryFile({ file, key })
    onTestFinished(() => void restored.close())
    expect(exportText(restored)).toBe(exportText(db))
  })

  it('is encrypted, and opens with no other key', () => {
    const { db, key, nativeBinding } = filledHistory()
    const { file } = backUp(db, { folder: temporaryFolder(), name: 'one.db', key, nativeBinding })
    expect(codeOf(() => openDatabase({ file, key: randomBytes(32) }))).toBe('history-key-wrong')
    expect(['SQLite format', 'question', 'CREATE TABLE'].filter((text) => readFileSync(file).includes(text))).toEqual(
      [],
    )
  })

  it('holds what still stands in the log, and nothing of what was deleted', () => {
    const { db, key, nativeBinding } = filledHistory()
    db.pragma('wal_autocheckpoint = 0')
    exchange(db, newConversation(db), 'only in the log', 'yes')
    db.exec(
      'DELETE FROM conversations WHERE seq = (SELECT conversation_seq FROM messages WHERE length(text) > 9000 LIMIT 1)',
    )
    const { file, sizeBytes } = backUp(db, { folder: temporaryFolder(), name: 'one.db', key, nativeBinding })
    const copy = openDatabase({ file, key, readonly: true })
    onTestFinished(() => void copy.close())
    expect(copy.prepare("SELECT count(*) FROM messages WHERE text = 'only in the log'").pluck().get()).toBe(1)
    expect({ free: copy.pragma('freelist_count', { simple: true }), isSmall: sizeBytes < 300_000 }).toEqual({
      free: 0,
      isSmall: true,
    })
  })

  it('can be made from a connection that may only read', () => {
    const { db, file, key, nativeBinding } = filledHistory()
    const reader = openDatabase({ file, key, readonly: true })
    onTestFinished(() => void reader.close())
    const { report } = backUp(reader, { folder: temporaryFolder(), name: 'one.db', key, nativeBinding })
    expect(report.counts).toMatchObject({ messages: 6 })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('takes the place of no file', () => {
    const { db, key, nativeBinding } = filledHistory()
    const folder = temporaryFolder()
    writeFileSync(path.join(folder, 'one.db'), 'mine')
    expect(codeOf(() => backUp(db, { folder, name: 'one.db', key, nativeBinding }))).toBe('file-exists')
    expect([readdirSync(folder), readFileSync(path.join(folder, 'one.db'), 'utf8')]).toEqual([['one.db'], 'mine'])
  })

  it('takes the place of no file that appears while it is made', () => {
    const { db, key, nativeBinding } = filledHistory()
    const folder = temporaryFolder()
    aroundCopying(db, { after: () => writeFileSync(path.join(folder, 'one.db'), 'mine') })
    expect(codeOf(() => backUp(db, { folder, name: 'one.db', key, nativeBinding }))).toBe('file-exists')
    expect([readdirSync(folder), readFileSync(path.join(folder, 'one.db'), 'utf8')]).toEqual([['one.db'], 'mine'])
  })

  it('removes what a killed one left an hour ago, and not what another may be writing now', () => {
    const { db, key, nativeBinding } = filledHistory()
    const folder = temporaryFolder()
    const [old, young] = ['a', 'b'].map((letter) => `.alcove-backup-${letter.repeat(36)}.part`)
    for (const name of [old, young, 'old.part']) writeFileSync(path.join(folder, name ?? ''), 'x')
    for (const name of [old, 'old.part']) utimesSync(path.join(folder, name ?? ''), 1000, 1000)
    backUp(db, { folder, name: 'one.db', key, nativeBinding })
    expect(readdirSync(folder).sort()).toEqual([young, 'old.part', 'one.db'])
  })
})

describe('a backup that is not what the history is', () => {
  /** Lets `spoil` have each unfinished copy at the moment it is about to be read back. */
  function backUpSpoilt(spoil: (copy: string, history: ReturnType<typeof filledHistory>) => void) {
    const history = filledHistory()
    const { db, key, nativeBinding } = history
    const folder = temporaryFolder()
    aroundCopying(db, { after: (copy) => spoil(copy, history) })
    const code = codeOf(() => backUp(db, { folder, name: 'one.db', key, nativeBinding }))
    return { code, files: readdirSync(folder) }
  }

  it('is no backup when one bit of it is wrong', () => {
    const spoil = (copy: string) => {
      const bytes = readFileSync(copy)
      bytes.writeUInt8(bytes.readUInt8(50_000) ^ 1, 50_000)
      writeFileSync(copy, bytes)
    }
    expect(backUpSpoilt(spoil)).toEqual({ code: 'backup-failed', files: [] })
  })

  it('is no backup when one bit of an index is wrong, which no text stands in', () => {
    const spoil = (file: string, { key }: { key: Buffer }) => {
      const copy = openDatabase({ file, key, readonly: true })
      const sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'requests_by_message'"
      const offset = (Number(copy.prepare(sql).pluck().get()) - 1) * 4096 + 1000
      copy.close()
      const bytes = readFileSync(file)
      bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset)
      writeFileSync(file, bytes)
    }
    expect(backUpSpoilt(spoil)).toEqual({ code: 'backup-failed', files: [] })
  })

  it('is no backup when its end is missing', () => {
    expect(backUpSpoilt((copy) => truncateSync(copy, 40_960))).toEqual({ code: 'backup-failed', files: [] })
  })

  it.each([
    ['one letter of a message is another', "UPDATE messages SET text = replace(text, '😀', '😁') WHERE seq = 4"],
    ['a row is missing', 'DELETE FROM requests WHERE seq = 1'],
    ['an index is missing', 'DROP INDEX messages_streaming'],
    ['it says another version', 'PRAGMA user_version = 77'],
  ])('is no backup when %s', (_what, sql) => {
    const spoil = (file: string, { key }: { key: Buffer }) => {
      const copy = openDatabase({ file, key })
      copy.exec(sql)
      copy.close()
    }
    expect(backUpSpoilt(spoil)).toEqual({ code: 'backup-failed', files: [] })
  })
})

describe('a backup of a history that is being written', () => {
  it('is the state at its start, whatever is committed meanwhile', () => {
    const { db, file, key, nativeBinding } = filledHistory()
    const writer = openDatabase({ file, key })
    onTestFinished(() => void writer.close())
    const before = exportText(db)
    const folder = temporaryFolder()
    aroundCopying(db, { after: () => exchange(writer, newConversation(writer), 'later', 'later') })
    const backup = backUp(db, { folder, name: 'one.db', key, nativeBinding })
    const copy = openDatabase({ file: backup.file, key, readonly: true })
    onTestFinished(() => void copy.close())
    expect(exportText(copy)).toBe(before)
    expect(exportText(db)).not.toBe(before)
  })

  it('is made again when a commit came between its start and its check', () => {
    const { db, file, key, nativeBinding } = filledHistory()
    const writer = openDatabase({ file, key })
    onTestFinished(() => void writer.close())
    const folder = temporaryFolder()
    let copies = 0
    const before = () => {
      copies += 1
      if (copies < 3) exchange(writer, newConversation(writer), 'between', 'between')
    }
    aroundCopying(db, { before })
    const { report } = backUp(db, { folder, name: 'one.db', key, nativeBinding })
    expect({ copies, files: readdirSync(folder), messages: report.counts.messages }).toEqual({
      copies: 3,
      files: ['one.db'],
      messages: 10,
    })
  })
})

describe('a backup that cannot be written', () => {
  it('says how much room it needs, before it takes any', ({ skip }) => {
    const folder = mountSmallDisk('size=100k') ?? skip('cannot mount here')
    const { db, key, nativeBinding } = filledHistory()
    expect(() => backUp(db, { folder, name: 'one.db', key, nativeBinding })).toThrow(
      expect.objectContaining({
        code: 'disk-full',
        message: expect.stringMatching(/needs 0\.\d MB on the disk, and there are 0\.1 MB/),
      }),
    )
    expect(readdirSync(folder)).toEqual([])
  })

  it.skipIf(process.platform !== 'linux')('is not refused on a disk that does not tell how large it is', () => {
    const { db } = filledHistory()
    expect(statfsSync('/proc').blocks).toBe(0)
    expect(() => refuseFullDisk(db, '/proc')).not.toThrow()
  })

  it('leaves nothing when the disk becomes full meanwhile', ({ skip }) => {
    const folder = mountSmallDisk('size=600k') ?? skip('cannot mount here')
    const { db, key, nativeBinding } = filledHistory()
    aroundCopying(db, { before: () => writeFileSync(path.join(folder, 'other'), Buffer.alloc(400_000)) })
    expect(codeOf(() => backUp(db, { folder, name: 'one.db', key, nativeBinding }))).toBe('disk-full')
    expect(readdirSync(folder)).toEqual(['other'])
  })

  it('says that the folder is read-only', ({ skip }) => {
    const folder = readOnlyFolder() ?? skip('cannot mount here')
    const { db, key, nativeBinding } = filledHistory()
    expect(codeOf(() => backUp(db, { folder, name: 'one.db', key, nativeBinding }))).toBe('folder-read-only')
  })

  it('says that the folder is gone', () => {
    const { db, key, nativeBinding } = filledHistory()
    const folder = path.join(temporaryFolder(), 'gone')
    expect(codeOf(() => backUp(db, { folder, name: 'one.db', key, nativeBinding }))).toBe('backup-failed')
    mkdirSync(folder)
    expect(codeOf(() => backUp(db, { folder, name: 'one.db', key, nativeBinding }))).toBe('none')
  })
})
