import { describe, expect, it, onTestFinished } from 'vitest'
import { type Database, openDatabase } from '../history/database.ts'
import { type BuiltHistory, buildHistory, spoilPage } from '../history/salvage/testing/damaged-history.ts'
import { setSettings } from '../history/settings.ts'
import { exchange, newConversation, temporaryHistory } from '../history/testing/temporary-history.ts'
import { listExportedIds } from '../history/transfer-export.ts'
import type { FileConversation } from './alcove-format.ts'
import { findFormat } from './formats.ts'
import type { ExportProgress } from './progress.ts'
import { importText } from './testing/transfer-in-process.ts'

function openDamaged(built: BuiltHistory, page: number | undefined): Database {
  spoilPage(built.file, page)
  const db = openDatabase({ file: built.file, key: built.key, readonly: true })
  onTestFinished(() => void db.close())
  return db
}

function exported(db: Database, format = 'alcove-json') {
  const progress: ExportProgress = { conversations: 0, messages: 0 }
  const conversationIds = listExportedIds(db, { type: 'all' })
  const pieces = findFormat(format).write({ db, scope: 'all', conversationIds, compact: false, progress })
  const text = [...pieces].join('')
  return { text, progress }
}

const size = { conversations: 6, turns: 10 }

describe('an export of a damaged history', () => {
  it('has every message that can be read, and the place of every other one', async () => {
    const built = buildHistory(size)
    const { text, progress } = exported(openDamaged(built, built.pagesOf('messages', 'leaf')[1]))
    const { conversations } = JSON.parse(text) as { conversations: FileConversation[] }
    const messages = conversations.flatMap((conversation) => conversation.messages)
    expect(messages.map(({ id }) => id).sort()).toEqual([...built.texts.keys()].sort())
    const lost = messages.filter(({ error }) => error?.code === 'history-corrupt')
    expect(lost.length).toBeGreaterThan(3)
    expect(progress).toEqual({
      conversations: 6,
      messages: 120,
      unreadable: { conversations: expect.any(Number), messages: lost.length, others: 0 },
    })
    for (const message of messages.filter((each) => !lost.includes(each))) {
      expect(message.text).toBe(built.texts.get(message.id))
    }
    const { db } = temporaryHistory()
    const report = await importText(db, text)
    expect({ imported: report.conversations.imported, messages: report.messages }).toEqual({
      imported: 6,
      messages: 120,
    })
  })

  it('has the messages of a conversation whose own row cannot be read', () => {
    const built = buildHistory({ conversations: 40, turns: 1 })
    const { text, progress } = exported(openDamaged(built, built.pagesOf('conversations', 'leaf')[1]))
    const { conversations } = JSON.parse(text) as { conversations: FileConversation[] }
    expect(conversations.map(({ id }) => id)).toEqual([...built.conversationIds].sort())
    const lost = conversations.filter(({ title }) => title === 'Recovered conversation')
    expect(progress.unreadable).toEqual({ conversations: lost.length, messages: 0, others: 0 })
    expect(lost[0]?.messages).toHaveLength(2)
  })

  it('of the words alone goes on behind what cannot be read', () => {
    const built = buildHistory(size)
    const { text, progress } = exported(openDamaged(built, built.pagesOf('messages', 'leaf')[1]), 'plain-json')
    const lists = JSON.parse(text) as { messages: { role: string }[] }[]
    const written = lists.flatMap(({ messages }) => messages.filter(({ role }) => role !== 'system'))
    expect(written.length).toBe(120 - (progress.unreadable?.messages ?? 0))
  })

  it('gives out a value that is not JSON as the text that it is', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    const messageId = exchange(db, conversationId, 'question', 'answer')
    db.pragma('ignore_check_constraints = ON')
    db.prepare("UPDATE messages SET error = '{broken', role = 'narrator' WHERE id = ?").run(messageId)
    db.prepare("UPDATE conversations SET settings = 'no JSON'").run()
    const [conversation] = (JSON.parse(exported(db).text) as { conversations: unknown[] }).conversations
    expect(conversation).toMatchObject({
      unknown: { settings: 'no JSON' },
      messages: [{}, { role: 'narrator', text: 'answer', unknown: { error: '{broken' } }],
    })
  })

  it('has no note of when the history was checked, so that the same history gives the same file', () => {
    const { db } = temporaryHistory()
    setSettings(db, { values: { 'history.check': { at: 1, isSound: true }, lastMessages: 9 } })
    const { settings } = JSON.parse(exported(db).text) as { settings: unknown }
    expect(settings).toEqual({ lastMessages: 9 })
  })
})
