import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Database } from '../database.ts'
import { eraseConversations, eraseMessage } from '../erase/erase.ts'
import { eraseSome } from '../erase/erase-some.ts'
import { importConversations } from '../import/conversations.ts'
import { openHistoryFile } from '../open-history-file.ts'
import { appendChunks, interruptStreaming } from '../replies.ts'
import { begin, finish, NOW, newConversation, temporaryFile } from '../testing/temporary-history.ts'
import { beginImport } from '../transfer.ts'
import { findMessages } from './find-messages.ts'
import { indexEverything, indexSome } from './index-messages.ts'
import { allEntries, expectedEntries } from './testing/index-entries.ts'

const WORDS = ['harbour', 'running', 'runs', 'café', '日本語', 'a', 'zebra', '한국어', 'xyz123', "don't"]

/** One thing that happens to a history; numbers choose among what is there. */
type Event =
  | { type: 'send' | 'branch'; where: number; text: string }
  | { type: 'chunk'; text: string }
  | { type: 'finish' | 'continue' | 'eraseMessage' | 'eraseConversation'; where: number }
  | { type: 'import'; texts: string[] }
  | { type: 'index' | 'erase'; steps: number }
  | { type: 'kill' }

const text = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 6 }).map((words) => words.join(' '))
const where = fc.nat(50)
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('send' as const), where, text }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('branch' as const), where, text }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('chunk' as const), text }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom('finish' as const, 'finish' as const, 'continue' as const, 'eraseMessage' as const),
      where,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('eraseConversation' as const), where }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('import' as const),
      texts: fc.array(text, { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ type: fc.constantFrom('index' as const, 'erase' as const), steps: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'kill' as const }) },
)

/** A history to which events happen. What the app would refuse (a reply being written is in the way) is passed over. */
class Story {
  db: Database
  readonly #open: () => Database
  #imported = 0

  constructor() {
    const { file, key } = temporaryFile()
    this.#open = () => openHistoryFile({ file, key })
    this.db = this.#open()
    onTestFinished(() => void this.db.close())
  }

  #pick(sql: string, where: number): string | undefined {
    const ids = this.db.prepare<[], string>(sql).pluck().all()
    return ids[where % Math.max(1, ids.length)]
  }

  happen(event: Event): void {
    try {
      this.#happen(event)
    } catch (error) {
      if (!['conflict', 'not-found', 'invalid-request'].includes((error as { code: string }).code)) throw error
    }
  }

  #happen(event: Event): void {
    const { db } = this
    const conversations = 'SELECT id FROM conversations WHERE hidden IS NULL ORDER BY seq'
    const streaming = "SELECT id FROM messages WHERE status = 'streaming' ORDER BY seq"
    const ended = "SELECT id FROM messages WHERE status <> 'streaming' ORDER BY seq"
    switch (event.type) {
      case 'send': {
        const id = event.where % 4 === 0 ? undefined : this.#pick(conversations, event.where)
        begin(db, id ?? newConversation(db), { type: 'send', text: event.text })
        break
      }
      case 'branch':
      case 'continue': {
        const messageId = this.#pick(`${ended.replace('ORDER', "AND role = 'assistant' ORDER")}`, event.where)
        const ofMessage =
          'SELECT c.id FROM conversations AS c JOIN messages AS m ON m.conversation_seq = c.seq WHERE m.id = ?'
        const conversationId = db.prepare<[string | undefined], string>(ofMessage).pluck().get(messageId)
        const type = event.type === 'branch' ? 'regenerate' : 'continue'
        if (messageId && conversationId) begin(db, conversationId, { type, messageId })
        break
      }
      case 'chunk': {
        const messageId = this.#pick(streaming, 0)
        if (messageId) appendChunks(db, { chunks: [{ messageId, text: `${event.text} `, reasoning: '' }] })
        break
      }
      case 'finish': {
        const messageId = this.#pick(streaming, event.where)
        if (messageId) finish(db, messageId, { status: event.where % 2 === 0 ? 'stopped' : 'complete' })
        break
      }
      case 'eraseMessage': {
        const messageId = this.#pick(ended, event.where)
        if (messageId) eraseMessage(db, { messageId })
        break
      }
      case 'eraseConversation': {
        const id = this.#pick(conversations, event.where)
        if (id) eraseConversations(db, { conversationIds: [id] })
        break
      }
      case 'import':
        this.#import(event.texts)
        break
      case 'index':
        for (let step = 0; step < event.steps; step += 1) indexSome(db, { stepMs: 0 })
        break
      case 'erase':
        for (let step = 0; step < event.steps; step += 1) eraseSome(db, { stepMs: 0 })
        break
      case 'kill':
        db.close()
        this.db = this.#open()
        interruptStreaming(this.db, { now: NOW })
        break
    }
  }

  #import(texts: string[]): void {
    this.#imported += 1
    const name = `imported-${this.#imported}`
    const messages = texts.map((text, index) => ({
      id: `${name}-${index}`,
      ...(index === 0 ? {} : { parentId: `${name}-${index - 1}` }),
      role: 'user',
      status: 'complete',
      createdAt: index,
      text,
    }))
    const head = { id: name, title: 'Imported', titleSource: 'import', settings: {}, createdAt: 0, updatedAt: 0 }
    const { place } = beginImport(this.db, { messagesAtMost: texts.length })
    const batch = new TextEncoder().encode(JSON.stringify([{ ...head, unread: false, messages }]))
    importConversations(this.db, { batch, place })
  }

  /** Everything that is left to do is done. */
  settle(): void {
    interruptStreaming(this.db, { now: NOW })
    while (eraseSome(this.db) !== null);
    indexEverything(this.db)
  }
}

describe('the index', () => {
  it('holds the words of all messages and no others, whatever happened', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 5, maxLength: 60 }), (events) => {
        const story = new Story()
        for (const one of events) story.happen(one)
        story.settle()
        const { db } = story
        expect(allEntries(db)).toEqual(expectedEntries(db))
        expect(db.prepare('SELECT * FROM message_index_backlog').all()).toEqual([])
        expect([db.pragma('integrity_check', { simple: true }), db.pragma('foreign_key_check')]).toEqual(['ok', []])
        for (const word of ['harbour', 'zebra', '日本語', 'xyz123']) {
          const naive = db.prepare<[string], string>("SELECT id FROM messages WHERE ' ' || text || ' ' LIKE ?").pluck()
          const args = { withTrash: true, order: 'newest', words: 'all', limit: 1000, cursor: null } as const
          const found = findMessages(db, { ...args, query: `"${word}"`, conversationId: null })
          expect(new Set(found.messages.map(({ messageId }) => messageId))).toEqual(new Set(naive.all(`% ${word} %`)))
        }
      }),
      { numRuns: 25 },
    )
  })
})
