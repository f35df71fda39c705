import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { listBranch } from '../messages.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { exchange } from '../testing/temporary-history.ts'
import { PAGE_BYTES } from './pages/page-cipher.ts'
import { finishReplacing } from './replace-history.ts'
import { salvage } from './salvage.ts'
import { type BuiltHistory, buildHistory, flipBit, spoilPage, textsOf } from './testing/damaged-history.ts'

const never = new AbortController().signal
const size = { conversations: 12, turns: 10 }

/** Also sees to it that the damaged file is kept as it was and that the new one is sound. */
async function salvaged({ file, key }: BuiltHistory) {
  const before = readFileSync(file)
  const report = await salvage({ file, key, signal: never, onProgress: () => undefined })
  expect(readFileSync(path.join(path.dirname(file), report.keptAs)).equals(before)).toBe(true)
  const db = openHistoryFile({ file, key })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.pragma('foreign_key_check')).toEqual([])
  return { report, texts: textsOf(db), db }
}

function untouched(built: BuiltHistory, texts: ReadonlyMap<string, string>): number {
  return [...built.texts].filter(([id, text]) => texts.get(id) === text).length
}

describe('salvaging a history', () => {
  it('keeps everything of one that is whole, and leaves nothing else behind', async () => {
    const built = buildHistory(size)
    const { report, texts, db } = await salvaged(built)
    db.close()
    expect(texts).toEqual(built.texts)
    expect(report).toEqual({
      keptAs: 'history.damaged-1.db',
      conversations: 12,
      messages: 240,
      lostMessages: 0,
      cutMessages: 0,
      lostCommits: 0,
      lostRows: 0,
      damaged: [],
      damagedConversations: 0,
    })
    expect(readdirSync(path.dirname(built.file)).sort()).toEqual([
      'history.damaged-1.db',
      'history.db',
      'history.header',
    ])
    expect(statSync(built.file).mode & 0o777).toBe(0o600)
  })

  it('puts a placeholder with the same id where a message is lost, and says so by conversation', async () => {
    const built = buildHistory(size)
    spoilPage(built.file, built.pagesOf('messages', 'leaf')[1])
    const { report, texts, db } = await salvaged(built)
    expect([...texts.keys()].sort()).toEqual([...built.texts.keys()].sort())
    expect(untouched(built, texts)).toBe(built.texts.size - report.lostMessages)
    expect(report.damaged.reduce((sum, { lost }) => sum + lost, 0)).toBe(report.lostMessages)
    const [first] = report.damaged
    const { messages } = listBranch(db, { conversationId: first?.conversationId ?? '', beforeId: null, limit: 99 })
    db.close()
    expect(messages).toHaveLength(20)
    const lost = messages.filter(({ error }) => error?.code === 'history-corrupt')
    expect(lost.map(({ status, text }) => ({ status, text }))).toEqual(
      Array.from({ length: first?.lost ?? 0 }, () => ({ status: 'failed', text: '' })),
    )
    expect(messages.map(({ role }) => role)).toEqual(messages.map((_, index) => (index % 2 ? 'assistant' : 'user')))
  })

  it('finds every row below a damaged page that only leads to others', async () => {
    const built = buildHistory({ conversations: 40, turns: 10 })
    spoilPage(built.file, built.pagesOf('messages', 'internal')[0])
    const { texts, db } = await salvaged(built)
    db.close()
    expect(texts).toEqual(built.texts)
  })

  it('keeps the beginning of a text whose end is lost', async () => {
    const built = buildHistory(size)
    spoilPage(built.file, built.pagesOf('messages', 'overflow')[1])
    const { report, texts, db } = await salvaged(built)
    db.close()
    const [cut] = [...texts].filter(([id, text]) => built.texts.get(id) !== text)
    expect(report).toMatchObject({ cutMessages: 1, lostMessages: 0 })
    expect(built.texts.get(cut?.[0] ?? '')?.startsWith(cut?.[1] ?? 'x')).toBe(true)
  })

  it('gives a conversation whose row is lost its messages and id back', async () => {
    const built = buildHistory({ conversations: 40, turns: 1 })
    spoilPage(built.file, built.pagesOf('conversations', 'leaf')[0])
    const { report, texts, db } = await salvaged(built)
    const ids = db.prepare<[], string>('SELECT id FROM conversations').pluck().all()
    db.close()
    expect(texts).toEqual(built.texts)
    expect(ids.sort()).toEqual([...built.conversationIds].sort())
    expect(report.damaged[0]).toMatchObject({ title: 'Recovered conversation', isHeadLost: true, messages: 2 })
  })

  it.each([
    ['the first page', 1],
    ['a page that names the tables', undefined],
  ])('finds everything although %s is damaged', async (_, page) => {
    const built = buildHistory(size)
    openHistoryFile(built).close()
    spoilPage(built.file, page ?? built.pagesOf('sqlite_schema', 'leaf')[0])
    const { texts, db } = await salvaged(built)
    db.close()
    expect(texts).toEqual(built.texts)
  })

  it('finds everything although the salt is damaged', async () => {
    const built = buildHistory(size)
    openHistoryFile(built).close()
    flipBit(built.file, 3)
    const { texts, db } = await salvaged(built)
    db.close()
    expect(texts).toEqual(built.texts)
  })

  it('keeps what can be read of a file that is cut off', async () => {
    const built = buildHistory(size)
    const bytes = readFileSync(built.file)
    writeFileSync(built.file, bytes.subarray(0, Math.floor(bytes.length / 2) + 100))
    const { texts, db } = await salvaged(built)
    db.close()
    expect(untouched(built, texts)).toBeGreaterThan(built.texts.size / 10)
    for (const [id, text] of texts) expect(text === '' || built.texts.get(id)?.startsWith(text)).toBe(true)
  })

  it('does not put an empty history in the place of one of which nothing can be read', async () => {
    const built = buildHistory({ conversations: 2, turns: 2 })
    openHistoryFile(built).close()
    const nothing = Buffer.alloc(statSync(built.file).size, 7)
    writeFileSync(built.file, nothing)
    await expect(salvage({ ...built, signal: never, onProgress: () => undefined })).rejects.toMatchObject({
      code: 'salvage-failed',
    })
    expect(readFileSync(built.file).equals(nothing)).toBe(true)
  })

  it('leaves a history of a newer version to that version', async () => {
    const built = buildHistory({ conversations: 2, turns: 2 })
    const db = openHistoryFile(built)
    db.pragma('user_version = 99')
    db.close()
    await expect(salvage({ ...built, signal: never, onProgress: () => undefined })).rejects.toMatchObject({
      code: 'history-from-newer-version',
    })
  })

  it('stops reading when it is cancelled', async () => {
    const built = buildHistory(size)
    const before = readFileSync(built.file)
    const cancel = new AbortController()
    let told = 0
    const onProgress = () => {
      told += 1
      cancel.abort()
    }
    await expect(salvage({ ...built, signal: cancel.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' })
    expect({ told, isSame: readFileSync(built.file).equals(before) }).toEqual({ told: 1, isSame: true })
  })

  it('changes nothing when it is cancelled or the key is another one', async () => {
    const built = buildHistory(size)
    const before = readdirSync(path.dirname(built.file))
    const onProgress = () => undefined
    await expect(salvage({ ...built, signal: AbortSignal.abort(), onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    })
    const key = Buffer.alloc(32, 1)
    await expect(salvage({ file: built.file, key, signal: never, onProgress })).rejects.toMatchObject({
      code: 'history-key-wrong',
    })
    expect(readdirSync(path.dirname(built.file))).toEqual(before)
  })
})

describe('the log of a history', () => {
  /** With commits that are only in the log. */
  function leaveLog(built: BuiltHistory): { texts: Map<string, string>; log: Buffer; db: Buffer } {
    const db = openHistoryFile(built)
    for (let turn = 0; turn < 5; turn += 1) {
      for (const id of built.conversationIds)
        exchange(db, id, `late question ${turn}`, `late answer ${turn} `.repeat(30))
    }
    const state = { texts: textsOf(db), log: readFileSync(`${built.file}-wal`), db: readFileSync(built.file) }
    db.close()
    writeFileSync(built.file, state.db)
    writeFileSync(`${built.file}-wal`, state.log)
    return state
  }

  it('is salvaged with the rest', async () => {
    const built = buildHistory(size)
    const { texts: before } = leaveLog(built)
    const { texts, db } = await salvaged(built)
    db.close()
    expect(texts).toEqual(before)
  })

  it('is not opened, which would lose what stands behind a damage in it, and its later commits are salvaged', async () => {
    const built = buildHistory(size)
    const { texts: before, log } = leaveLog(built)
    const frames = Math.floor(log.length / (PAGE_BYTES + 24))
    flipBit(`${built.file}-wal`, 32 + Math.floor(frames / 3) * (PAGE_BYTES + 24) + 2_000)
    expect(() => openHistoryFile(built)).toThrow(expect.objectContaining({ code: 'history-corrupt' }))
    const { texts, db } = await salvaged(built)
    db.close()
    const same = [...before].filter(([id, text]) => texts.get(id) === text).length
    expect(same).toBeGreaterThan(before.size * 0.9)
    expect(existsSync(path.join(path.dirname(built.file), 'history.damaged-1.db-wal'))).toBe(true)
  })

  it.each([
    ['page number', 1],
    ['mark of a commit', 6],
    ['first salt', 9],
    ['second salt', 13],
    ['first sum', 17],
    ['second sum', 21],
  ])('is not opened where the %s of a frame is damaged, and is salvaged whole', async (_, offset) => {
    const built = buildHistory({ conversations: 4, turns: 2 })
    const { texts: before, log } = leaveLog(built)
    const frames = Math.floor(log.length / (PAGE_BYTES + 24))
    flipBit(`${built.file}-wal`, 32 + Math.floor(frames / 2) * (PAGE_BYTES + 24) + offset)
    expect(() => openHistoryFile(built)).toThrow(expect.objectContaining({ code: 'history-corrupt' }))
    const { texts, db } = await salvaged(built)
    db.close()
    expect(texts).toEqual(before)
  })

  it.each([0, 5, 17, 21, 26, 30])(
    'is not opened where byte %i of it is damaged, and is salvaged whole',
    async (offset) => {
      const built = buildHistory({ conversations: 4, turns: 2 })
      const { texts: before } = leaveLog(built)
      flipBit(`${built.file}-wal`, offset)
      expect(() => openHistoryFile(built)).toThrow(expect.objectContaining({ code: 'history-corrupt' }))
      const { texts, db } = await salvaged(built)
      db.close()
      expect(texts).toEqual(before)
    },
  )

  it('whose last transaction is torn is opened with all that was acknowledged before', () => {
    const built = buildHistory(size)
    const { log } = leaveLog(built)
    writeFileSync(`${built.file}-wal`, log.subarray(0, log.length - 100))
    openHistoryFile(built).close()
  })
})

describe('a salvage that was killed', () => {
  it('is ended at the next start, without the old log', async () => {
    const built = buildHistory(size)
    await salvaged(built).then(({ db }) => db.close())
    const folder = path.dirname(built.file)
    const whole = readFileSync(built.file)
    writeFileSync(path.join(folder, 'history.salvaged-1.db'), whole)
    writeFileSync(built.file, 'damaged')
    writeFileSync(`${built.file}-wal`, 'old')
    finishReplacing({ file: built.file })
    expect(readFileSync(built.file).equals(whole)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['history.damaged-1.db', 'history.db', 'history.header'])
  })
})
