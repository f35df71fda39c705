import { describe, expect, it } from 'vitest'
import type { FileConversation } from '../../transfer/alcove-format.ts'
import type { Database } from '../database.ts'
import { importConversations } from '../import/conversations.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { appendChunks } from '../replies.ts'
import { begin, exchange, finish, newConversation, temporaryHistory } from '../testing/temporary-history.ts'
import { beginImport } from '../transfer.ts'
import { forgetDeleted, listRanges, noteUnindexed, readIndexState, setIndexed, setRange } from './backlog.ts'
import { indexEverything, indexSome, removeFromIndex } from './index-messages.ts'
import { allEntries, expectedEntries } from './testing/index-entries.ts'

/** The texts of the messages that hold the word, oldest first. */
function found(db: Database, word: string): string[] {
  const sql = `
    SELECT m.text FROM message_index AS i CROSS JOIN messages AS m ON m.seq = i.rowid
    WHERE message_index MATCH :word ORDER BY i.rowid`
  return db.prepare<[{ word: string }], string>(sql).pluck().all({ word })
}

function importOne(db: Database, texts: string[]): void {
  const messages = texts.map((text, index) => ({
    id: `message-${index}-${text}`,
    ...(index === 0 ? {} : { parentId: `message-${index - 1}-${texts[index - 1]}` }),
    role: 'user' as const,
    status: 'complete' as const,
    createdAt: index,
    text,
  }))
  const head = { id: `conversation-${texts.join()}`, title: 'Imported', titleSource: 'import', settings: {} }
  const conversation = { ...head, createdAt: 0, updatedAt: 0, unread: false, messages } as unknown as FileConversation
  const { place } = beginImport(db, { messagesAtMost: texts.length })
  importConversations(db, { batch: new TextEncoder().encode(JSON.stringify([conversation])), place })
}

describe('the index of messages', () => {
  it('takes nothing from the transaction that a person waits for, and holds every message after a step', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'a harbour at night', 'lighthouses')
    expect(allEntries(db)).toEqual([])
    expect(indexSome(db, { stepMs: 10_000 })).toBe(false)
    expect([found(db, 'harbour'), found(db, 'lighthouses')]).toEqual([['a harbour at night'], ['lighthouses']])
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })

  it('indexes a reply when it has ended, and lets what came after it pass', () => {
    const { db } = temporaryHistory()
    const slow = begin(db, newConversation(db), { type: 'send', text: 'first question' })
    indexEverything(db)
    exchange(db, newConversation(db), 'second question', 'quick')
    indexEverything(db)
    expect([found(db, 'question').length, found(db, 'quick').length]).toEqual([2, 1])
    appendChunks(db, { chunks: [{ messageId: slow, text: 'patience', reasoning: '' }] })
    finish(db, slow)
    indexEverything(db)
    expect(found(db, 'patience')).toEqual(['patience'])
    expect([listRanges(db), allEntries(db)]).toEqual([[], expectedEntries(db)])
  })

  it('follows a reply that is continued', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const messageId = begin(db, conversationId, { type: 'send', text: 'question' })
    appendChunks(db, { chunks: [{ messageId, text: 'half a wo', reasoning: '' }] })
    finish(db, messageId, { status: 'stopped' })
    indexEverything(db)
    begin(db, conversationId, { type: 'continue', messageId })
    indexEverything(db)
    expect(found(db, 'wo')).toEqual(['half a wo'])
    appendChunks(db, { chunks: [{ messageId, text: 'rd', reasoning: '' }] })
    finish(db, messageId)
    indexEverything(db)
    expect([found(db, 'wo'), found(db, 'word')]).toEqual([[], ['half a word']])
    expect(allEntries(db)).toEqual(expectedEntries(db))
  })

  it('goes on where a crash left it, without losing or doubling a message', () => {
    const { db, file, key } = temporaryHistory()
    const conversationId = newConversation(db)
    for (let turn = 0; turn < 30; turn += 1) exchange(db, conversationId, `question ${turn}`, `answer ${turn}`)
    // No time at all: each step does the least it can.
    for (let step = 0; step < 7; step += 1) expect(indexSome(db, { stepMs: 0 })).toBe(true)
    expect(found(db, 'answer').length + found(db, 'question').length).toBe(7)
    db.close()
    const reopened = openHistoryFile({ file, key })
    indexEverything(reopened)
    expect(allEntries(reopened)).toEqual(expectedEntries(reopened))
    reopened.close()
  })

  it('holds imported messages, also of a history that was empty, and new ones come first', () => {
    const { db } = temporaryHistory()
    importOne(db, ['imported early', 'imported late'])
    exchange(db, newConversation(db), 'sent since', 'answered since')
    importOne(db, ['imported last'])
    indexSome(db, { stepMs: 0 })
    indexSome(db, { stepMs: 0 })
    expect([found(db, 'since').length, found(db, 'imported').length]).toEqual([2, 0])
    indexEverything(db)
    expect(found(db, 'imported')).toEqual(['imported last', 'imported early', 'imported late'])
    importOne(db, ['imported into what is indexed'])
    indexEverything(db)
    expect(found(db, 'imported')).toHaveLength(4)
    expect([listRanges(db), allEntries(db)]).toEqual([[], expectedEntries(db)])
  })

  it('holds a message that takes the place of an erased one', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'old question', 'old answer')
    indexEverything(db)
    for (const { seq } of db.prepare<[], { seq: number }>('SELECT seq FROM messages').all())
      removeFromIndex(db, { seq })
    db.exec('DELETE FROM conversations')
    forgetDeleted(db)
    exchange(db, newConversation(db), 'new question', 'new answer')
    indexEverything(db)
    expect(allEntries(db)).toEqual(expectedEntries(db))
    expect(found(db, 'new')).toEqual(['new question', 'new answer'])
  })
})

describe('the ranges of what is not indexed', () => {
  it('join neighbours of a kind, give way to newer notes and are cut where something is indexed', () => {
    const { db } = temporaryHistory()
    db.exec('UPDATE message_index_state SET indexed_through = 100')
    noteUnindexed(db, { firstSeq: -9, lastSeq: -5 })
    noteUnindexed(db, { firstSeq: -4, lastSeq: 10 })
    noteUnindexed(db, { firstSeq: 20, lastSeq: 30 })
    setRange(db, { firstSeq: 25, lastSeq: 40, textVersion: 7 })
    setIndexed(db, { firstSeq: 0, lastSeq: 2 })
    setIndexed(db, { firstSeq: 38, lastSeq: 60 })
    const none = { textVersion: null }
    expect(listRanges(db)).toEqual([
      { firstSeq: -9, lastSeq: -1, ...none },
      { firstSeq: 3, lastSeq: 10, ...none },
      { firstSeq: 20, lastSeq: 24, ...none },
      { firstSeq: 25, lastSeq: 37, textVersion: 7 },
    ])
    noteUnindexed(db, { firstSeq: 90, lastSeq: 120 })
    expect([listRanges(db).at(-1), readIndexState(db).indexedThrough]).toEqual([
      { firstSeq: 90, lastSeq: 120, ...none },
      120,
    ])
  })
})
