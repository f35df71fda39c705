import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import { exportText } from '../../transfer/testing/transfer-in-process.ts'
import { openDatabase } from '../database.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { explainUnreadable } from '../salvage/kept-header.ts'
import { bundleForNode } from '../testing/bundle-for-node.ts'
import { mountSmallDisk } from '../testing/small-disk.ts'
import { exchange, newConversation, temporaryFile } from '../testing/temporary-history.ts'
import { readKeys, writeKeys } from '../testing/two-keys.ts'
import { changeKey, type KeyChangeStep } from './change-key.ts'

/** A closed history as a crash leaves it: its newest exchange stands in the log only. */
function crashedHistory(file = temporaryFile().file) {
  const first = { file: temporaryFile().file, key: randomBytes(32) }
  const db = openHistoryFile(first)
  for (const size of [1, 200, 20_000]) exchange(db, newConversation(db), 'question', 'answer 😀 '.repeat(size))
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.pragma('wal_autocheckpoint = 0')
  exchange(db, newConversation(db), 'in the log', 'only')
  for (const end of ['', '-wal']) copyFileSync(first.file + end, file + end)
  const expected = exportText(db)
  db.close()
  return { file, key: first.key, expected }
}

function exportOf(file: string, key: Buffer): string {
  const db = openHistoryFile({ file, key })
  try {
    return exportText(db)
  } finally {
    db.close()
  }
}

function callbacks() {
  const calls: string[] = []
  const note = (name: string) => vi.fn(async () => void calls.push(name))
  return { calls, keepNext: note('keep-next'), promote: note('promote'), drop: note('drop') }
}

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return (error as { code: string }).code
  }
  return 'none'
}

/** Writes, or fails without waiting for whoever holds the lock. */
function writeAtOnce(file: string, key: Buffer): void {
  const db = new Sqlite(file, { timeout: 1 })
  try {
    db.pragma("cipher = 'sqlcipher'")
    db.pragma('legacy = 4')
    db.key(Buffer.concat([Buffer.from('raw:'), key]))
    db.exec('DELETE FROM messages')
  } finally {
    db.close()
  }
}

const namesBeside = (file: string): string[] => readdirSync(path.dirname(file)).sort()

describe('changing the key', () => {
  it('leaves the same history, which the new key opens and the former does not', async () => {
    const { file, key, expected } = crashedHistory()
    const newKey = randomBytes(32)
    const { calls, ...tell } = callbacks()
    const before = readFileSync(file)
    const change = await changeKey({ file, key, newKey, ...tell })
    expect({ change, calls, files: namesBeside(file) }).toEqual({
      change: { isPromoted: true, backupsUnderFormerKey: 0 },
      calls: ['keep-next', 'promote'],
      files: ['history.db', 'history.header'],
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(explainUnreadable({ file, key: newKey })).toBe('damaged')
    expect(explainUnreadable({ file, key })).toBe('other-key')
    expect(codeOf(() => openDatabase({ file, key }))).toBe('history-key-wrong')
    expect(exportOf(file, newKey)).toBe(expected)
    const after = readFileSync(file)
    const pages = Array.from({ length: after.length / 4096 }, (_, page) =>
      after.subarray(page * 4096, (page + 1) * 4096),
    )
    expect(pages.filter((page) => before.includes(page))).toEqual([])
  })

  it('stores the new key before the file is exchanged, and promotes it after', async () => {
    const { file, key } = crashedHistory()
    const newKey = randomBytes(32)
    const opensWith = () =>
      codeOf(() => openDatabase({ file, key: newKey, readonly: true }).close()) === 'none' ? 'new' : 'former'
    const seen: string[] = []
    const see = (name: string) => async () => void seen.push(`${name}: ${opensWith()}`)
    await changeKey({ file, key, newKey, keepNext: see('keep'), promote: see('promote'), drop: see('drop') })
    expect(seen).toEqual(['keep: former', 'promote: new'])
  })

  it('lets nobody else write meanwhile: it would be lost', async () => {
    const { file, key } = crashedHistory()
    const codes: string[] = []
    const onStep = (step: KeyChangeStep) => {
      if (step === 'keep-next') codes.push(codeOf(() => writeAtOnce(file, key)))
    }
    await changeKey({ file, key, newKey: randomBytes(32), ...callbacks(), onStep })
    expect(codes).toEqual(['SQLITE_BUSY'])
  })

  it('says how many backups stay under the former key', async () => {
    const { file, key } = crashedHistory()
    const folder = path.join(path.dirname(file), 'backups')
    mkdirSync(folder)
    for (const name of ['a.db', 'b.db', 'notes.txt']) writeFileSync(path.join(folder, name), '')
    const { backupsUnderFormerKey } = await changeKey({ file, key, newKey: randomBytes(32), ...callbacks() })
    expect(backupsUnderFormerKey).toBe(2)
  })

  it('is done, and says that the stored keys are not in order yet, when the new one cannot be promoted', async () => {
    const { file, key, expected } = crashedHistory()
    const newKey = randomBytes(32)
    const promote = () => Promise.reject(new Error('the keyring is gone'))
    expect(await changeKey({ file, key, newKey, ...callbacks(), promote })).toMatchObject({ isPromoted: false })
    expect(exportOf(file, newKey)).toBe(expected)
  })
})

describe('a key that cannot be changed', () => {
  async function refused(
    history: { file: string; key: Buffer; expected: string },
    args: Partial<Parameters<typeof changeKey>[0]> = {},
  ) {
    const { calls, ...tell } = callbacks()
    const error: unknown = await changeKey({ ...history, newKey: randomBytes(32), ...tell, ...args }).catch(
      (reason: unknown) => reason,
    )
    const left = namesBeside(history.file).filter((name) => name.includes('next-key'))
    const isAsItWas = exportOf(history.file, history.key) === history.expected
    return { code: error instanceof AppError ? error.code : error, calls, isAsItWas, left }
  }

  it('stays when the new one cannot be stored', async () => {
    const keepNext = () => Promise.reject(new AppError('keyring-unavailable', 'No.'))
    expect(await refused(crashedHistory(), { keepNext })).toEqual({
      code: 'keyring-unavailable',
      calls: [],
      isAsItWas: true,
      left: [],
    })
  })

  it('stays, and the new one is forgotten, when the file cannot be exchanged', async () => {
    const history = crashedHistory()
    const onStep = (step: KeyChangeStep) => {
      if (step === 'exchange') rmSync(`${history.file}.next-key`)
    }
    expect(await refused(history, { onStep })).toEqual({
      code: 'key-change-failed',
      calls: ['keep-next', 'drop'],
      isAsItWas: true,
      left: [],
    })
  })

  it('stays while something else has the history open', async () => {
    const history = crashedHistory()
    const other = openDatabase(history)
    onTestFinished(() => void other.close())
    expect(await refused(history)).toEqual({ code: 'history-locked', calls: [], isAsItWas: true, left: [] })
  })

  it('stays when the copy is not what the history is', async () => {
    const history = crashedHistory()
    const onStep = (step: KeyChangeStep) => {
      if (step !== 'verify') return
      const copy = readFileSync(`${history.file}.next-key`)
      copy.writeUInt8(copy.readUInt8(50_000) ^ 1, 50_000)
      writeFileSync(`${history.file}.next-key`, copy)
    }
    expect(await refused(history, { onStep })).toEqual({ code: 'backup-failed', calls: [], isAsItWas: true, left: [] })
  })

  it('stays when the disk has no room for a second copy', async ({ skip }) => {
    const disk = mountSmallDisk('size=1500k') ?? skip('cannot mount here')
    const history = crashedHistory(path.join(disk, 'history.db'))
    const free = 1_500_000 - statSync(history.file).size - statSync(`${history.file}-wal`).size
    writeFileSync(path.join(disk, 'other'), Buffer.alloc(Math.max(0, free - 200_000)))
    const steps: string[] = []
    const onStep = (step: KeyChangeStep) => void steps.push(step)
    expect(await refused(history, { onStep })).toEqual({ code: 'disk-full', calls: [], isAsItWas: true, left: [] })
    expect(steps).toEqual(['lock'])
  })
})

describe('a key change that is killed', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await bundleForNode({ change: 'testing/change-key-until-killed.ts' })
    return () => rmSync(folder, { recursive: true })
  })

  const steps = ['lock', 'copy', 'encrypt', 'verify', 'sync', 'keep-next', 'exchange', 'promote', 'promoted'] as const

  it.each(steps)('at the step "%s" leaves a history that a stored key opens, and can be done again', async (step) => {
    const { file, key, expected } = crashedHistory()
    const newKey = randomBytes(32)
    const [keysFile, newKeyFile] = [`${file}.keys`, `${file}.new-key`]
    writeKeys(keysFile, { history: key })
    writeFileSync(newKeyFile, newKey)
    const program = path.join(folder, 'change.mjs')
    const { signal, stderr } = spawnSync(process.execPath, [program, file, keysFile, newKeyFile, step])
    expect({ signal, stderr: stderr.toString() }).toEqual({ signal: 'SIGKILL', stderr: '' })
    const { history, next } = readKeys(keysFile)
    const opening = [history, next].find(
      (stored) => stored && codeOf(() => openDatabase({ file, key: stored }).close()) === 'none',
    )
    const isExchanged = step === 'promote' || step === 'promoted'
    expect(opening?.equals(isExchanged ? newKey : key)).toBe(true)
    expect(exportOf(file, opening ?? key)).toBe(expected)
    expect(namesBeside(file).filter((name) => name.includes('next-key'))).toEqual([])
    const third = randomBytes(32)
    await changeKey({ file, key: opening ?? key, newKey: third, ...callbacks() })
    expect(exportOf(file, third)).toBe(expected)
    expect(namesBeside(file)).toEqual(['history.db', 'history.db.keys', 'history.db.new-key', 'history.header'])
  })
})
