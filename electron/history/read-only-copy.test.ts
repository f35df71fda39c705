import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { Database } from './database.ts'
import { openHistoryFile } from './open-history-file.ts'
import { openReadable } from './open-readable.ts'
import { copyForReading, removeLeftCopies } from './read-only-copy.ts'
import { fromSqliteError } from './sqlite-errors.ts'
import { mountSmallDisk, switchableFolder, temporaryFolder } from './testing/small-disk.ts'
import { exchange, newConversation, temporaryHistory } from './testing/temporary-history.ts'

let parent = ''
beforeEach(() => {
  parent = temporaryFolder()
})

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    const known = fromSqliteError(error)
    return known instanceof AppError ? known.code : String(known)
  }
}

/** A history that still has a commit in its log, so that the log counts. */
function filledHistory() {
  const { db, file, key } = temporaryHistory()
  exchange(db, newConversation(db), 'marker-beta', 'marker-gamma')
  return { db, file, key }
}

function listTexts(db: Database): unknown[] {
  return db.prepare('SELECT text FROM messages ORDER BY seq').pluck().all()
}

/** The pid of a process that has ended. */
function endedPid(): number {
  return spawnSync('true').pid
}

describe('a copy for reading', () => {
  it('has all that was committed, is still encrypted, and is for its owner only', () => {
    const { file, key } = filledHistory()
    const copy = copyForReading({ file, parent })
    expect(statSync(path.dirname(copy.file)).mode & 0o777).toBe(0o700)
    for (const end of ['', '-wal']) {
      expect(statSync(copy.file + end).mode & 0o777).toBe(0o600)
      expect(readFileSync(copy.file + end).includes('marker-')).toBe(false)
    }
    const db = openHistoryFile({ file: copy.file, key })
    expect(listTexts(db)).toEqual(['marker-beta', 'marker-gamma'])
    db.close()
    copy.remove()
    expect(readdirSync(parent)).toEqual([])
  })

  it('is made again when the history changed meanwhile', () => {
    const { db, file, key } = filledHistory()
    const late = ['late', 'later']
    const onCopied = () => {
      const text = late.shift()
      if (text) exchange(db, newConversation(db), text, 'answer')
    }
    const copy = copyForReading({ file, parent, onCopied })
    const opened = openHistoryFile({ file: copy.file, key })
    expect(opened.prepare("SELECT count(*) FROM messages WHERE text IN ('late', 'later')").pluck().get()).toBe(2)
    expect(opened.pragma('integrity_check', { simple: true })).toBe('ok')
    opened.close()
  })

  it('is given up, without a trace, while another program goes on changing the history', () => {
    const { db, file } = filledHistory()
    const onCopied = () => newConversation(db)
    expect(codeOf(() => copyForReading({ file, parent, onCopied }))).toBe('history-locked')
    expect(readdirSync(parent)).toEqual([])
  })

  it('does not wait for a file from the future', () => {
    const { file } = filledHistory()
    const future = new Date(Date.now() + 86_400_000)
    for (const end of ['', '-wal']) utimesSync(file + end, future, future)
    expect(existsSync(copyForReading({ file, parent }).file)).toBe(true)
  })

  it('leads to the file behind a link of the person’s own, and never reads what another link leads to', () => {
    const { file } = filledHistory()
    const link = path.join(temporaryFolder(), 'history.db')
    symlinkSync(file, link)
    expect(readFileSync(copyForReading({ file: link, parent }).file).equals(readFileSync(file))).toBe(true)
    rmSync(`${file}-wal`)
    symlinkSync('/etc/hostname', `${file}-wal`)
    expect(codeOf(() => copyForReading({ file, parent }))).toBe('history-unavailable')
  })

  it('says that there is no room for it, and leaves no half of it', ({ skip }) => {
    const { file } = filledHistory()
    const disk = mountSmallDisk('size=64k') ?? skip('cannot mount here')
    expect(codeOf(() => copyForReading({ file, parent: disk }))).toBe('disk-full')
    expect(readdirSync(disk)).toEqual([])
  })

  it('is deleted at the next start when a crash left it, and only then', () => {
    const folders = {
      left: `alcove-read-only-${endedPid()}-abc`,
      used: `alcove-read-only-${process.ppid}-abc`,
      other: 'alcove-other',
    }
    for (const name of Object.values(folders)) mkdirSync(path.join(parent, name))
    const precious = temporaryFolder()
    writeFileSync(path.join(precious, 'kept'), '')
    symlinkSync(precious, path.join(parent, `alcove-read-only-${endedPid()}-link`))
    removeLeftCopies(parent)
    expect(readdirSync(parent)).not.toContain(folders.left)
    expect(readdirSync(parent)).toEqual(expect.arrayContaining([folders.used, folders.other]))
    expect(readdirSync(precious)).toEqual(['kept'])
  })
})

describe('a history in a folder that cannot be written to', () => {
  it('is read and nothing else, leaves its folder as it was, and can be written to again', ({ skip }) => {
    const { folder, setReadOnly } = switchableFolder() ?? skip('cannot mount here')
    const file = path.join(folder, 'history.db')
    const key = Buffer.alloc(32, 7)
    const made = openReadable({ file, key })
    exchange(made.db, newConversation(made.db), 'Hello', 'Good day')
    made.close()
    const before = readFileSync(file)
    const names = readdirSync(folder)
    setReadOnly(true)
    const opened = openReadable({ file, key })
    expect([opened.readOnly, listTexts(opened.db)]).toEqual([true, ['Hello', 'Good day']])
    expect(codeOf(() => newConversation(opened.db))).toBe('history-read-only')
    opened.close()
    expect([readdirSync(folder), existsSync(opened.file)]).toEqual([names, false])
    expect(readFileSync(file).equals(before)).toBe(true)
    setReadOnly(false)
    const again = openReadable({ file, key })
    newConversation(again.db)
    expect(again.readOnly).toBe(false)
    again.close()
  })
})
