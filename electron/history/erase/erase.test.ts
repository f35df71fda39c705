import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { getConversation } from '../conversations.ts'
import { type Database, openDatabase } from '../database.ts'
import { saveDraft } from '../drafts.ts'
import { indexEverything } from '../index/index-messages.ts'
import { allEntries, expectedEntries } from '../index/testing/index-entries.ts'
import { listConversations } from '../list-conversations.ts'
import { listBranch } from '../messages.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { getStatistics } from '../statistics.ts'
import { openPage, PAGE, readFilePages, saltOf } from '../testing/sealed-pages.ts'
import {
  begin,
  exchange,
  finish,
  NOW,
  newConversation,
  temporaryFile,
  temporaryHistory,
} from '../testing/temporary-history.ts'
import { listExportedIds } from '../transfer-export.ts'
import { eraseConversations, eraseMessage } from './erase.ts'
import { eraseSome } from './erase-some.ts'

/** A word like no other. The index shortens a word by what it has in common with its neighbour, so its end is looked for. */
const MARKER = 'xylqkwvutzpmarker'
const TRACE = 'kwvutzpmarker'

/** https://sqlite.org/fileformat2.html#walformat */
const LOG_HEADER = 32
const FRAME_HEADER = 24

function eraseEverything(db: Database): void {
  while (eraseSome(db) !== null);
}

/**
 * How many pages of the file and of its log hold the marker, read by nothing that the app uses; of the log also those
 * that are out of date but have not been written over.
 */
function traces(file: string, key: Buffer): { file: number; log: number } {
  const inFile = readFilePages(file, key).filter(({ clear }) => clear.includes(TRACE)).length
  const bytes = existsSync(`${file}-wal`) ? readFileSync(`${file}-wal`) : Buffer.alloc(0)
  const salt = saltOf(file)
  let inLog = 0
  for (let at = LOG_HEADER; at + FRAME_HEADER + PAGE <= bytes.length; at += FRAME_HEADER + PAGE) {
    const sealed = bytes.subarray(at + FRAME_HEADER, at + FRAME_HEADER + PAGE)
    const number = bytes.readUInt32BE(at)
    if (openPage(sealed, { key, salt, number }).includes(TRACE)) inLog += 1
  }
  return { file: inFile, log: inLog }
}

/** A copy of the files while they are in use: what a crash leaves behind. */
function crashed(file: string): string {
  const copy = temporaryFile().file
  for (const end of ['', '-wal']) copyFileSync(file + end, copy + end)
  return copy
}

function attach(db: Database, messageId: string, content: string): void {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const bytes = Buffer.from(content)
  db.prepare(`
    INSERT INTO attachments (sha256, media_type, size_bytes, bytes) VALUES (:sha256, 'text/plain', :size, :bytes)
    ON CONFLICT DO NOTHING`).run({ sha256, size: bytes.length, bytes })
  db.prepare(`
    INSERT INTO message_attachments (message_seq, position, sha256, name)
    SELECT seq, 0, :sha256, 'note.txt' FROM messages WHERE id = :messageId`).run({ sha256, messageId })
}

function textsOf(db: Database, conversationId: string): string[] {
  return listBranch(db, { conversationId, beforeId: null, limit: 100 }).messages.map(({ text }) => text)
}

/** A conversation of `turns` exchanges, all with the marker, among others without it. */
function withMarkedConversation(turns: number) {
  const history = temporaryHistory()
  const { db } = history
  const conversationId = newConversation(db, { systemPrompt: `prompt ${MARKER}` })
  exchange(db, conversationId, `question ${MARKER}`, `answer ${MARKER}`)
  const kept = newConversation(db, { systemPrompt: 'kept' })
  for (let turn = 1; turn < turns; turn += 1) {
    const replyId = exchange(db, conversationId, `question ${turn} ${MARKER}`, `answer ${turn} ${MARKER} `.repeat(20))
    exchange(db, kept, `another question ${turn}`, `another answer ${turn}`)
    if (turn === 1) attach(db, replyId, `only here ${MARKER}`)
  }
  saveDraft(db, { conversationId, text: `draft ${MARKER}`, now: NOW })
  indexEverything(db)
  return { ...history, conversationId, kept }
}

describe('erasing a conversation', () => {
  it.each([3, 150])('of %i exchanges leaves no word of it in the file, the index or the log', (turns) => {
    const { db, file, key, conversationId } = withMarkedConversation(turns)
    expect(traces(file, key).log).toBeGreaterThan(5)
    eraseConversations(db, { conversationIds: [conversationId] })
    eraseEverything(db)
    expect(traces(file, key)).toEqual({ file: 0, log: 0 })
    expect(db.pragma('freelist_count', { simple: true })).toBe(0)
    expect(db.prepare('SELECT count(*) FROM attachments').pluck().get()).toBe(0)
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
    expect([db.pragma('integrity_check', { simple: true }), db.pragma('foreign_key_check')]).toEqual(['ok', []])
  })

  it('hides it at once from lists, totals, counts, exports and by its id', () => {
    const { db, conversationId, kept } = withMarkedConversation(2)
    eraseConversations(db, { conversationIds: [conversationId, 'gone long ago'] })
    const list = listConversations(db, { view: 'active', cursor: null, limit: 10 })
    expect({ ids: list.conversations.map(({ id }) => id), total: list.total }).toEqual({ ids: [kept], total: 1 })
    expect(listExportedIds(db, { type: 'all' })).toEqual([kept])
    expect(() => getConversation(db, { conversationId })).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(
      getStatistics(db)
        .slice(0, 2)
        .map(({ value }) => value),
    ).toEqual([1, 2])
    eraseEverything(db)
    expect(listConversations(db, { view: 'active', cursor: null, limit: 10 }).total).toBe(1)
    expect(
      getStatistics(db)
        .slice(0, 2)
        .map(({ value }) => value),
    ).toEqual([1, 2])
  })

  it('leaves its title in no report of an import, and the report whole', () => {
    const { db, conversationId } = withMarkedConversation(2)
    const title = `"About" ${MARKER}\n`
    db.prepare('UPDATE conversations SET title = ? WHERE id = ?').run(title, conversationId)
    const report = {
      problems: [
        { conversation: title, reason: 'a copy' },
        { conversation: 'other', reason: 'x' },
      ],
    }
    db.prepare("INSERT INTO imports (id, source_app, file_name, created_at, report) VALUES ('i', 'a', 'f', 1, ?)").run(
      JSON.stringify(report),
    )
    eraseConversations(db, { conversationIds: [conversationId] })
    const kept = db.prepare<[], string>('SELECT report FROM imports').pluck().get() ?? ''
    expect(JSON.parse(kept)).toEqual({ problems: [{ conversation: '', reason: 'a copy' }, report.problems[1]] })
  })

  it('is not forgotten when the note of it is lost', () => {
    const { db, conversationId, file, key } = withMarkedConversation(2)
    eraseConversations(db, { conversationIds: [conversationId] })
    db.exec('DELETE FROM erasures')
    eraseEverything(db)
    expect(traces(file, key)).toEqual({ file: 0, log: 0 })
  })

  it('goes on where a crash left it, after each step', () => {
    const { db, file, key, conversationId } = withMarkedConversation(120)
    eraseConversations(db, { conversationIds: [conversationId] })
    let left = crashed(file)
    let steps = 0
    for (let pause: number | null = 0; pause !== null; steps += 1) {
      const reopened = openHistoryFile({ file: left, key })
      pause = eraseSome(reopened, { stepMs: 20 })
      left = crashed(left)
      reopened.close()
    }
    expect(steps).toBeGreaterThan(4)
    expect(traces(left, key)).toEqual({ file: 0, log: 0 })
    const reopened = openHistoryFile({ file: left, key })
    onTestFinished(() => void reopened.close())
    indexEverything(reopened)
    expect(allEntries(reopened)).toEqual(expectedEntries(reopened))
  })

  it('lets a message that comes meanwhile be found', () => {
    const { db, conversationId, kept } = withMarkedConversation(5)
    exchange(db, conversationId, `newest ${MARKER}`, `newest ${MARKER}`)
    indexEverything(db)
    eraseConversations(db, { conversationIds: [conversationId] })
    eraseSome(db, { stepMs: 0 })
    exchange(db, kept, 'written meanwhile', 'answered meanwhile')
    eraseEverything(db)
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })

  it('waits for who still reads the log instead of keeping everybody waiting, and ends when they are done', () => {
    const { db, file, key, conversationId } = withMarkedConversation(2)
    const reader = openDatabase({ file, key, readonly: true })
    onTestFinished(() => void reader.close())
    reader.exec('BEGIN; SELECT count(*) FROM messages')
    eraseConversations(db, { conversationIds: [conversationId] })
    const pauses = Array.from({ length: 50 }, () => eraseSome(db))
    expect(pauses.at(-1)).toBeGreaterThan(0)
    expect(traces(file, key).file + traces(file, key).log).toBeGreaterThan(0)
    reader.exec('COMMIT')
    eraseEverything(db)
    expect(traces(file, key)).toEqual({ file: 0, log: 0 })
  })

  it('is refused while a reply is being written in it', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    begin(db, conversationId, { type: 'send', text: 'question' })
    expect(() => eraseConversations(db, { conversationIds: [conversationId] })).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    )
    expect(getConversation(db, { conversationId }).messageCount).toBe(2)
  })

  it('keeps an attachment that another message has', () => {
    const { db, conversationId, kept } = withMarkedConversation(2)
    const { messages } = listBranch(db, { conversationId: kept, beforeId: null, limit: 1 })
    attach(db, messages[0]?.id ?? '', `only here ${MARKER}`)
    eraseConversations(db, { conversationIds: [conversationId] })
    eraseEverything(db)
    expect(db.prepare('SELECT count(*) FROM attachments').pluck().get()).toBe(1)
  })
})

describe('erasing a message', () => {
  it('takes everything below it, also from the index and the disk, and nothing beside it', () => {
    const { db, file, key } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'first', 'first answer')
    const replyId = exchange(db, conversationId, 'second', `a ${MARKER} answer`)
    exchange(db, conversationId, `third ${MARKER}`, `third answer ${MARKER}`)
    finish(db, begin(db, conversationId, { type: 'regenerate', messageId: replyId }))
    const other = exchange(db, conversationId, 'beside it', 'beside it')
    db.prepare('UPDATE conversations SET active_leaf_seq = (SELECT max(seq) FROM messages WHERE text LIKE ?)').run(
      `third answer ${MARKER}`,
    )
    indexEverything(db)
    eraseMessage(db, { messageId: replyId })
    const expected = ['first', 'first answer', 'second', '', 'beside it', 'beside it']
    expect(textsOf(db, conversationId)).toEqual(expected)
    const regenerated = listBranch(db, { conversationId, beforeId: null, limit: 3 }).messages[0]
    expect([regenerated?.siblingIds.length, getConversation(db, { conversationId }).messageCount]).toEqual([1, 6])
    eraseEverything(db)
    expect(textsOf(db, conversationId)).toEqual(expected)
    expect(getConversation(db, { conversationId })).toMatchObject({ messageCount: 6, activeLeafId: other })
    expect(traces(file, key)).toEqual({ file: 0, log: 0 })
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })

  it('ends the branch with the message above when nothing is beside it', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const replyId = exchange(db, conversationId, 'question', 'answer')
    exchange(db, conversationId, 'more', 'more')
    eraseMessage(db, { messageId: replyId })
    expect(textsOf(db, conversationId)).toEqual(['question'])
    eraseEverything(db)
    expect(textsOf(db, conversationId)).toEqual(['question'])
    exchange(db, conversationId, 'again', 'once more')
    expect(textsOf(db, conversationId)).toEqual(['question', 'again', 'once more'])
  })

  it('empties a conversation that begins with it, which stays in its place, without the title made from it', () => {
    const { db, file, key, conversationId, kept } = withMarkedConversation(3)
    exchange(db, kept, 'newest', 'newest')
    db.exec(`UPDATE conversations SET title = 'about ${MARKER}', system_prompt = 'prompt'`)
    const before = listConversations(db, { view: 'active', cursor: null, limit: 10 })
    const [first] = listBranch(db, { conversationId, beforeId: null, limit: 100 }).messages
    eraseMessage(db, { messageId: first?.id ?? '' })
    expect(textsOf(db, conversationId)).toEqual([])
    const after = listConversations(db, { view: 'active', cursor: null, limit: 10 })
    expect(after.conversations.map(({ id }) => id)).toEqual(before.conversations.map(({ id }) => id))
    expect(getConversation(db, { conversationId })).toMatchObject({
      title: '',
      systemPrompt: 'prompt',
      messageCount: 0,
    })
    saveDraft(db, { conversationId, text: '', now: NOW })
    db.exec("UPDATE conversations SET title = ''")
    eraseEverything(db)
    expect(traces(file, key)).toEqual({ file: 0, log: 0 })
    exchange(db, conversationId, 'anew', 'anew')
    expect(textsOf(db, conversationId)).toEqual(['anew', 'anew'])
  })
})
