import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { trashConversation } from '../conversations.ts'
import type { Database } from '../database.ts'
import { eraseConversations, eraseMessage } from '../erase/erase.ts'
import { exchange, NOW, newConversation, temporaryHistory } from '../testing/temporary-history.ts'
import { type FindMessagesArgs, findMessages } from './find-messages.ts'
import { indexEverything } from './index-messages.ts'
import { matchAll } from './query-text.ts'

const PLAIN = {
  conversationId: null,
  withTrash: false,
  order: 'newest',
  words: 'all',
  limit: 50,
  cursor: null,
} as const

function find(db: Database, query: string, values: Partial<FindMessagesArgs> = {}) {
  return findMessages(db, { ...PLAIN, query, ...values })
}

/** The texts found, as far as their snippets show them. */
function texts(db: Database, query: string, values: Partial<FindMessagesArgs> = {}): string[] {
  return find(db, query, values).messages.map(({ snippet }) => snippet.text)
}

/** What the snippets of the first message found have marked. */
function marked(db: Database, query: string, values: Partial<FindMessagesArgs> = {}): string[] {
  const [first] = find(db, query, values).messages
  return (first?.snippet.marks ?? []).map(([from, to]) => first?.snippet.text.slice(from, to) ?? '')
}

/** A history that holds these texts as questions, oldest first, each in a conversation of its own. */
function historyOf(...questions: string[]) {
  const { db } = temporaryHistory()
  const ids = questions.map((text) => {
    const id = newConversation(db)
    exchange(db, id, text, 'ok')
    return id
  })
  indexEverything(db)
  return { db, ids }
}

describe('finding messages', () => {
  it('finds all words in any order, the newest first, with the words marked', () => {
    const { db, ids } = historyOf('The lighthouse at night', 'night falls', 'At night, the old lighthouse')
    const found = find(db, 'night lighthouse')
    expect(found.messages.map(({ conversationId }) => conversationId)).toEqual([ids[2], ids[0]])
    expect(found.messages[0]).toEqual({
      messageId: expect.any(String),
      conversationId: ids[2],
      conversationTitle: 'At night, the old lighthouse',
      inTrash: false,
      role: 'user',
      createdAt: NOW,
      snippet: {
        text: 'At night, the old lighthouse',
        marks: [
          [3, 8],
          [18, 28],
        ],
        cutBefore: false,
        cutAfter: false,
      },
    })
    expect({ ...found, messages: [] }).toEqual({
      messages: [],
      cursor: null,
      isBounded: false,
      isIndexing: false,
      unreadable: 0,
    })
  })

  it('takes the word being typed for the beginning of one, and words in quotation marks for a phrase', () => {
    const { db } = historyOf('reading a book', 'a read book', 'Café crème')
    expect(texts(db, 'rea')).toEqual(['a read book', 'reading a book'])
    expect(texts(db, 'rea ')).toEqual([])
    expect(texts(db, 'rea* book')).toEqual(['a read book', 'reading a book'])
    expect(texts(db, '"a book"')).toEqual(['reading a book'])
    expect(texts(db, '"a boo')).toEqual([])
    expect([texts(db, 'cafe creme'), marked(db, 'CAFE')]).toEqual([['Café crème'], ['Café']])
  })

  it('finds what stands anywhere in scripts without spaces', () => {
    const { db } = historyOf('我们明天去北京看长城', '東京タワーの夜景', '오늘은 날씨가 좋다', '𠮷野家で食べる')
    expect(texts(db, '北京')).toEqual(['我们明天去北京看长城'])
    expect(texts(db, '京北')).toEqual([])
    expect(texts(db, 'タワー')).toEqual(['東京タワーの夜景'])
    expect(texts(db, '날씨')).toEqual(['오늘은 날씨가 좋다'])
    expect(texts(db, '京')).toEqual(['東京タワーの夜景', '我们明天去北京看长城'])
    expect([texts(db, '𠮷野'), marked(db, '𠮷野')]).toEqual([['𠮷野家で食べる'], ['𠮷野']])
    expect(marked(db, '明天 长城')).toEqual(['明天', '长城'])
  })

  it('goes on from page to page without missing or doubling one', () => {
    const { db } = historyOf(...Array.from({ length: 23 }, (_, index) => `page ${index}`))
    for (const order of ['newest', 'relevance'] as const) {
      const pages: string[][] = []
      let cursor: string | null = null
      do {
        const found = find(db, 'page', { limit: 10, order, cursor })
        pages.push(found.messages.map(({ snippet }) => snippet.text))
        cursor = found.cursor
      } while (cursor !== null)
      expect(pages.map((page) => page.length)).toEqual([10, 10, 3])
      expect(new Set(pages.flat()).size).toBe(23)
    }
    expect(() => find(db, 'page', { cursor: 'relevance:3' })).toThrow(
      expect.objectContaining({ code: 'invalid-request' }),
    )
  })

  it('ranks the newest messages with the words, and says when there are more', () => {
    const { db } = historyOf(
      'rare rare rare',
      'a long text in which a rare word stands once, among many others',
      'rare',
    )
    expect(texts(db, 'rare', { order: 'relevance' })[0]).toBe('rare rare rare')
    const bounded = findMessages(db, { ...PLAIN, query: 'rare', order: 'relevance' }, { ranked: 2 })
    expect([bounded.messages.length, bounded.isBounded]).toEqual([2, true])
    expect(find(db, 'rare', { order: 'relevance' }).isBounded).toBe(false)
  })

  it('for recall takes any of the words, and English words in their other forms', () => {
    const { db } = historyOf('I was running', 'she runs', 'a run', 'walking', 'nothing')
    expect(texts(db, 'runs walk', { words: 'any' })).toEqual(['walking', 'a run', 'she runs', 'I was running'])
    expect(texts(db, 'runs', { words: 'any', order: 'relevance' }).at(-1)).toBe('I was running')
  })

  it('looks only where it is asked to', () => {
    const { db, ids } = historyOf('a word', 'a word', 'a word')
    trashConversation(db, { conversationId: ids[1] ?? '', now: NOW })
    const of = (values: Partial<FindMessagesArgs>) =>
      find(db, 'word', values).messages.map(({ conversationId }) => ids.indexOf(conversationId))
    expect(of({})).toEqual([2, 0])
    expect(of({ withTrash: true })).toEqual([2, 1, 0])
    expect(of({ conversationId: ids[0] ?? '' })).toEqual([0])
    expect(of({ conversationId: ids[1] ?? '' })).toEqual([])
    expect(of({ conversationId: 'gone' })).toEqual([])
  })

  it('finds nothing of what is being erased', () => {
    const { db, ids } = historyOf('a word', 'a word')
    const below = exchange(db, ids[0] ?? '', 'another word', 'a word below')
    indexEverything(db)
    eraseConversations(db, { conversationIds: [ids[1] ?? ''] })
    expect(texts(db, 'word')).toEqual(['a word below', 'another word', 'a word'])
    eraseMessage(db, { messageId: below })
    expect(texts(db, 'word')).toEqual(['another word', 'a word'])
  })

  it('says that messages are still being indexed', () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'a word', 'ok')
    expect(find(db, 'word')).toMatchObject({ messages: [], isIndexing: true })
    indexEverything(db)
    expect(find(db, 'word')).toMatchObject({ messages: [expect.anything()], isIndexing: false })
  })

  it('stops in the middle of a search once nobody waits for it', () => {
    const { db } = historyOf(...Array.from({ length: 20 }, () => 'a word'))
    for (const order of ['newest', 'relevance'] as const) {
      let asked = 0
      const keepGoing = () => {
        asked += 1
        return asked < 5
      }
      expect(() => findMessages(db, { ...PLAIN, query: 'word', order }, { keepGoing })).toThrow(
        expect.objectContaining({ code: 'cancelled' }),
      )
      expect(asked).toBe(5)
    }
    expect(texts(db, 'word')).toHaveLength(20)
  })

  it('shows the place of the words in a long text, and parts no character', () => {
    const { db } = historyOf(`${'🙂'.repeat(300)} needle ${'🙂'.repeat(300)}`)
    const [found] = find(db, 'needle').messages
    expect(marked(db, 'needle')).toEqual(['needle'])
    expect(found?.snippet).toMatchObject({ cutBefore: true, cutAfter: true })
    expect(found?.snippet.text).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/)
  })
})

describe('a phrase', () => {
  it('cannot end its quotation in the language of the index', () => {
    expect(matchAll([{ text: 'a" OR "b', isPrefix: false }])).toBe('"a"" OR ""b"')
  })
})

describe('any text at all', () => {
  const hostile = [
    '',
    '   ',
    '"',
    '""',
    '"""',
    '*',
    'a*b*c*',
    'AND',
    'word AND OR NOT (word) NEAR(a b) ^word {text}: -word',
    'message_index : word',
    "'; DROP TABLE messages; --",
    'NUL\0in\0the middle',
    '\u0000',
    '\uD800 alone \uDC00',
    '🙂',
    'x'.repeat(10_000),
    'word '.repeat(2000),
    '字'.repeat(10_000),
    '"'.repeat(10_000),
    '((((((((((',
    'a" OR "b',
    '\u0301\u0301',
  ]

  it('may be searched for', () => {
    const { db } = historyOf('word in the middle', '字字字')
    for (const query of hostile) {
      for (const words of ['all', 'any'] as const) {
        for (const order of ['newest', 'relevance'] as const) find(db, query, { words, order })
      }
    }
  })

  it('finds a message that consists of it, if there is a word in it', () => {
    const { db } = temporaryHistory()
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const conversationId = newConversation(db)
        exchange(db, conversationId, text, 'ok')
        indexEverything(db)
        for (const words of ['all', 'any'] as const) find(db, text, { words })
        // Letters of these blocks are as old as the tokenizer.
        if (!/[A-Za-z\u00C0-\u024F\u0400-\u04FF\u4E00-\u9FFF]/.test(text)) return
        expect(find(db, text, { conversationId }).messages.length).toBe(1)
      }),
      { numRuns: 60 },
    )
  })
})
