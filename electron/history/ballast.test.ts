import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, type TestContext } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import { ensureBallast, freeBallast, keepReserve, type Relief } from './ballast.ts'
import { trashConversation } from './conversations.ts'
import type { Database } from './database.ts'
import { openHistoryFile } from './open-history-file.ts'
import { openReadable } from './open-readable.ts'
import { fromSqliteError } from './sqlite-errors.ts'
import { mountSmallDisk, temporaryFolder } from './testing/small-disk.ts'
import { exchange, NOW, newConversation } from './testing/temporary-history.ts'

const KIB = 1024
const BYTES = 512 * KIB
const KEY = Buffer.alloc(32, 7)
const LONG = 'long '.repeat(4 * KIB)

function smallDisk(skip: TestContext['skip']): string {
  return mountSmallDisk('size=4m') ?? skip('cannot mount here')
}

/** Takes all that is left of the disk; returns what gives it back. */
function fill(folder: string): () => void {
  const file = path.join(folder, 'filler')
  const filled = (bytes: number): void => {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      // Full.
    }
  }
  for (const bytes of [64 * KIB, KIB]) filled(bytes)
  return () => rmSync(file)
}

function open(folder: string): Database {
  const db = openHistoryFile({ file: path.join(folder, 'history.db'), key: KEY })
  onTestFinished(() => void db.close())
  return db
}

/** `ok`, or the code of what was thrown. */
function tryTo(work: () => unknown): string {
  try {
    work()
    return 'ok'
  } catch (error) {
    const known = fromSqliteError(error)
    return known instanceof AppError ? known.code : String(known)
  }
}

describe('the ballast', () => {
  let folder = ''
  beforeEach(() => {
    folder = temporaryFolder()
  })
  const file = () => path.join(folder, 'ballast')

  it('is really there, for its owner only, and in nobody’s way while there is little room', async () => {
    expect(await ensureBallast(folder, { bytes: BYTES, room: Number.MAX_SAFE_INTEGER })).toBe(false)
    expect(existsSync(file())).toBe(false)
    expect(await ensureBallast(folder, { bytes: BYTES })).toBe(true)
    const { size, mode, blocks } = statSync(file())
    expect({ size, mode: mode & 0o777, isAllocated: blocks * 512 >= BYTES }).toEqual({
      size: BYTES,
      mode: 0o600,
      isAllocated: true,
    })
  })

  it('is left as it is once whole, and made whole again', async () => {
    await ensureBallast(folder, { bytes: BYTES })
    const before = readFileSync(file())
    await ensureBallast(folder, { bytes: BYTES })
    expect(readFileSync(file()).equals(before)).toBe(true)
    writeFileSync(file(), 'short')
    expect(await ensureBallast(folder, { bytes: BYTES })).toBe(true)
    expect(statSync(file()).size).toBe(BYTES)
  })

  it('never writes through a link that lies in its place', async () => {
    const target = path.join(temporaryFolder(), 'target')
    writeFileSync(target, 'of somebody else')
    symlinkSync(target, file())
    expect(await ensureBallast(folder, { bytes: BYTES })).toBe(false)
    expect(readFileSync(target, 'utf8')).toBe('of somebody else')
  })

  it('gives its space back once', async () => {
    await ensureBallast(folder, { bytes: BYTES })
    expect([freeBallast(folder), freeBallast(folder), existsSync(file())]).toEqual([true, false, false])
  })

  it('leaves no half of itself on a disk that fills meanwhile', async ({ skip }) => {
    const disk = smallDisk(skip)
    fill(disk)
    expect(await ensureBallast(disk, { bytes: BYTES, room: 0 })).toBe(false)
    expect(existsSync(path.join(disk, 'ballast'))).toBe(false)
  })
})

describe('a history on a full disk', () => {
  /** A history with a conversation on a small disk, and its ballast. */
  async function prepare(skip: TestContext['skip']) {
    const disk = smallDisk(skip)
    const db = open(disk)
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'Hello', 'Good day')
    db.pragma('wal_checkpoint(TRUNCATE)')
    await ensureBallast(disk, { bytes: BYTES, room: BYTES })
    const reserve = keepReserve(db, disk, { bytes: BYTES })
    const run = (relief: Relief, work: () => unknown) => tryTo(() => reserve.run(relief, work))
    const count = () => db.prepare('SELECT count(*) FROM messages').pluck().get()
    return { disk, db, conversationId, run, count, release: fill(disk) }
  }

  it('deletes where nothing else can be written, and writes again once there is space', async ({ skip }) => {
    const { disk, db, conversationId, run, count, release } = await prepare(skip)
    const send = () => exchange(db, newConversation(db), LONG, LONG)
    const trash = () => trashConversation(db, { conversationId, now: NOW })
    expect([run(undefined, send), count()]).toEqual(['disk-full', 2])
    expect(existsSync(path.join(disk, 'ballast'))).toBe(true)
    expect([run('deleting', trash), existsSync(path.join(disk, 'ballast'))]).toEqual(['ok', false])
    release()
    expect([run(undefined, send), count()]).toEqual(['ok', 4])
    await expect.poll(() => statSync(path.join(disk, 'ballast'), { throwIfNoEntry: false })?.size).toBe(BYTES)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('keeps what deleting needs from the next message', async ({ skip }) => {
    const { db, conversationId, run, count } = await prepare(skip)
    const erase = () => db.exec('DELETE FROM conversations')
    run('deleting', () => trashConversation(db, { conversationId, now: NOW }))
    expect(run(undefined, () => newConversation(db))).toBe('disk-full')
    expect([run('deleting', erase), count()]).toEqual(['ok', 0])
  })

  it('finishes what is on the screen, with half of the ballast at most', async ({ skip }) => {
    const { db, conversationId, run, count } = await prepare(skip)
    const outcomes = new Set<string>()
    for (let n = 0; n < 40; n += 1) outcomes.add(run('finishing', () => exchange(db, conversationId, 'More', LONG)))
    expect([...outcomes]).toEqual(['ok', 'disk-full'])
    expect([run('deleting', () => db.exec('DELETE FROM conversations')), count()]).toEqual(['ok', 0])
  })

  it('reads all the while', async ({ skip }) => {
    const { run, count, db } = await prepare(skip)
    run('deleting', () => db.exec("UPDATE conversations SET title = 'x'"))
    expect([run(undefined, count), count()]).toEqual(['ok', 2])
  })

  it('still knows after a start that the ballast is spent', async ({ skip }) => {
    const { disk, db, conversationId, run } = await prepare(skip)
    run('deleting', () => trashConversation(db, { conversationId, now: NOW }))
    const again = keepReserve(db, disk, { bytes: BYTES })
    expect(tryTo(() => again.run(undefined, () => newConversation(db)))).toBe('disk-full')
  })

  it('opens, which writes too', async ({ skip }) => {
    const { disk, db } = await prepare(skip)
    db.close()
    fill(disk)
    const file = path.join(disk, 'history.db')
    expect(tryTo(() => openHistoryFile({ file, key: KEY }))).toBe('disk-full')
    const outcomes = [1, 2].map(() => {
      const { db: opened, readOnly, close } = openReadable({ file, key: KEY })
      const messages = opened.prepare('SELECT count(*) FROM messages').pluck().get()
      close()
      fill(disk)
      return { messages, readOnly }
    })
    // With the ballast it opens for writing, and where even that is gone for reading.
    expect(outcomes).toEqual([
      { messages: 2, readOnly: false },
      { messages: 2, readOnly: true },
    ])
  })

  it('does not pass off as empty what could not be made', async ({ skip }) => {
    const disk = smallDisk(skip)
    fill(disk)
    const file = path.join(disk, 'history.db')
    const attempts = [1, 2].map(() => tryTo(() => openReadable({ file, key: KEY }).close()))
    expect(attempts).toEqual(['disk-full', 'disk-full'])
  })
})
