import { describe, expect, it } from 'vitest'
import { createConversation, getConversation, renameConversation, trashConversation } from '../history/conversations.ts'
import type { Database } from '../history/database.ts'
import { listConversations } from '../history/list-conversations.ts'
import { listBranch } from '../history/messages.ts'
import { exchange, NOW, newConversation, temporaryHistory } from '../history/testing/temporary-history.ts'
import { exportText, importText } from './testing/transfer-in-process.ts'

const HEAD = { format: 'alcove-json', version: 1, scope: 'conversations', folders: [] }

function id(number: number): string {
  return `01980000-0000-7000-8000-${String(number).padStart(12, '0')}`
}

function message(number: number, values: Record<string, unknown> = {}) {
  return { id: id(number), role: 'user', status: 'complete', createdAt: NOW, text: `text ${number}`, ...values }
}

function conversation(number: number, values: Record<string, unknown> = {}) {
  const times = { createdAt: NOW + number, updatedAt: NOW + number }
  return {
    id: id(number),
    title: `Title ${number}`,
    titleSource: 'user',
    ...times,
    messages: [message(number + 1)],
    ...values,
  }
}

function fileOf(...conversations: unknown[]): string {
  return JSON.stringify({ ...HEAD, conversations, attachments: [] })
}

function titles(db: Database, view: 'active' | 'trash' = 'active'): string[] {
  return listConversations(db, { view, cursor: null, limit: 200 }).conversations.map(({ title }) => title)
}

describe('importing a conversation that is known', () => {
  it('changes nothing when its content is the same, whatever its title, pin or place is by now', async () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    const file = exportText(db)
    renameConversation(db, { conversationId, title: 'Renamed since', source: 'user' })
    const before = exportText(db)
    const { conversations, messages } = await importText(db, file)
    expect({ conversations, messages, after: exportText(db) }).toEqual({
      conversations: { imported: 0, unchanged: 1, copied: 0, skipped: 0 },
      messages: 0,
      after: before,
    })
  })

  it('adds a copy under new ids when its content differs, once, and never touches what is there', async () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    const file = exportText(db)
    exchange(db, conversationId, 'later question', 'later answer')
    const before = exportText(db, { scope: { type: 'conversations', conversationIds: [conversationId] } })
    const first = await importText(db, file)
    const second = await importText(db, file)
    expect([first.conversations, second.conversations]).toEqual([
      { imported: 0, unchanged: 0, copied: 1, skipped: 0 },
      { imported: 0, unchanged: 1, copied: 0, skipped: 0 },
    ])
    expect(exportText(db, { scope: { type: 'conversations', conversationIds: [conversationId] } })).toBe(before)
    const copy = listConversations(db, { view: 'active', cursor: null, limit: 9 }).conversations[1]
    const { messages } = listBranch(db, { conversationId: copy?.id ?? '', beforeId: null, limit: 9 })
    expect(messages.map(({ text }) => text)).toEqual(['question', 'answer'])
  })

  it('copies a new conversation whose message ids are taken, and knows it again', async () => {
    const { db } = temporaryHistory()
    await importText(db, fileOf(conversation(10)))
    const reports = []
    for (let run = 0; run < 2; run += 1)
      reports.push(await importText(db, fileOf(conversation(20, { messages: [message(11)] }))))
    expect(reports.map(({ conversations }) => conversations)).toEqual([
      { imported: 0, unchanged: 0, copied: 1, skipped: 0 },
      { imported: 0, unchanged: 1, copied: 0, skipped: 0 },
    ])
  })

  it('says that it lies in the trash', async () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'question', 'answer')
    const file = exportText(db)
    trashConversation(db, { conversationId, now: NOW })
    expect((await importText(db, file)).problems).toEqual([
      { conversation: 'question', message: 'It is here already, in the trash. You can restore it there.' },
    ])
  })
})

describe('where imported conversations come', () => {
  it('puts them below what is there, newest first, in the trash too', async () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'mine', 'answer')
    const at = (number: number, updatedAt: number, trashedAt?: number) =>
      conversation(number, { title: `at ${updatedAt}`, updatedAt: NOW + updatedAt, ...(trashedAt && { trashedAt }) })
    await importText(db, fileOf(at(10, 5), at(20, 9), at(30, 7), at(40, 1, 50), at(50, 2, 70), at(60, 3, 60)))
    await importText(db, fileOf(at(70, 8)))
    exchange(db, newConversation(db), 'newest', 'answer')
    expect({ active: titles(db), trash: titles(db, 'trash') }).toEqual({
      active: ['newest', 'mine', 'at 9', 'at 7', 'at 5', 'at 8'],
      trash: ['at 2', 'at 3', 'at 1'],
    })
  })

  it('finds room when someone writes into an empty history between two batches', async () => {
    const { db } = temporaryHistory()
    const many = Array.from({ length: 250 }, (_, index) => conversation(1_000 + index * 10))
    let batches = 0
    const onCall = (name: string) => {
      if (name !== 'importConversations') return
      batches += 1
      if (batches === 2) exchange(db, newConversation(db), 'mine', 'answer')
    }
    const report = await importText(db, fileOf(...many), { onCall })
    // How many there are depends on how fast the first was.
    expect({ between: batches > 1, conversations: report.conversations, first: titles(db)[0] }).toEqual({
      between: true,
      conversations: { imported: 250, unchanged: 0, copied: 0, skipped: 0 },
      first: 'mine',
    })
  })
})

describe('a file that holds broken conversations', () => {
  const good = conversation(900)

  it.each<[string, unknown]>([
    ['two messages with one id', conversation(10, { messages: [message(11), message(11)] })],
    ['a parent that is missing', conversation(10, { messages: [message(11, { parentId: id(99) })] })],
    ['a message below itself', conversation(10, { messages: [message(11, { parentId: id(11) })] })],
    [
      'a circle',
      conversation(10, { messages: [message(11, { parentId: id(12) }), message(12, { parentId: id(11) })] }),
    ],
    ['a parent that comes later', conversation(10, { messages: [message(11, { parentId: id(12) }), message(12)] })],
    ['a date that is not one', conversation(10, { createdAt: Number.NaN })],
    ['a date beyond all time', conversation(10, { createdAt: 1e20 })],
    ['a date as text', conversation(10, { createdAt: '2026-01-01' })],
    ['a role of its own', conversation(10, { messages: [message(11, { role: 'root' })] })],
    ['an id that is none', conversation(10, { id: "'; DROP TABLE messages; --" })],
    ['a list', []],
    ['a number', 7],
    ['nothing', null],
    ['nothing but a prototype', JSON.parse('{"__proto__": {"id": "x", "messages": []}}')],
    ['a constructor', { constructor: { prototype: { title: 'x' } } }],
  ])('skips %s with a reason and takes the rest', async (_name, broken) => {
    const { db } = temporaryHistory()
    const report = await importText(db, fileOf(broken, good))
    expect(report.conversations).toEqual({ imported: 1, unchanged: 0, copied: 0, skipped: 1 })
    expect(report.problems).toEqual([{ conversation: expect.any(String), message: expect.stringMatching(/\.$/) }])
    expect(titles(db)).toEqual(['Title 900'])
    expect(({} as { title?: string }).title).toBeUndefined()
  })

  it('takes the second of two with one id as a copy', async () => {
    const { db } = temporaryHistory()
    const other = conversation(10, { messages: [message(12)] })
    expect((await importText(db, fileOf(conversation(10), conversation(10), other))).conversations).toEqual({
      imported: 1,
      unchanged: 1,
      copied: 1,
      skipped: 0,
    })
  })

  it('replaces lone surrogates and says so', async () => {
    const { db } = temporaryHistory()
    const broken = conversation(10, { messages: [message(11, { text: 'a\ud800b', parts: [{ text: '\udc00' }] })] })
    const report = await importText(db, fileOf(broken))
    const { messages } = listBranch(db, { conversationId: id(10), beforeId: null, limit: 9 })
    expect(messages[0]?.text).toBe('a\ufffdb')
    expect(report.problems).toEqual([
      {
        conversation: 'Title 10',
        message: 'Characters that are not valid text were replaced by the replacement character.',
      },
    ])
  })

  it('keeps text that only looks dangerous', async () => {
    const { db } = temporaryHistory()
    const text = '\ufeff\0\u2028</script>\\ud800 __proto__ 😀\u202e'
    await importText(db, fileOf(conversation(10, { title: text, messages: [message(11, { text })] })))
    const { messages } = listBranch(db, { conversationId: id(10), beforeId: null, limit: 9 })
    expect([getConversation(db, { conversationId: id(10) }).title, messages[0]?.text]).toEqual([text, text])
  })

  it('skips what is nested too deeply', async () => {
    const { db } = temporaryHistory()
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const report = await importText(db, fileOf(conversation(10, { messages: ['DEEP'] }), good).replace('"DEEP"', deep))
    expect(report).toMatchObject({
      conversations: { imported: 1, skipped: 1 },
      problems: [{ message: 'It is nested too deeply.' }],
    })
  })

  it('takes twenty thousand answers to one question', async () => {
    const { db } = temporaryHistory()
    const answers = Array.from({ length: 20_000 }, (_, index) => message(100 + index, { parentId: id(11) }))
    const report = await importText(db, fileOf({ ...conversation(10), messages: [message(11), ...answers] }))
    expect({ messages: report.messages, problems: report.problems }).toEqual({ messages: 20_001, problems: [] })
  })
})

describe('a file that is not whole', () => {
  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a list', '[]'],
    ['an object of another program', '{"conversations": [{"mapping": {}}]}'],
    ['our lists without our name', '{"version": 1, "conversations": []}'],
    ['another version of nothing', '{"format": "alcove-json", "version": "1", "conversations": []}'],
    ['UTF-16', Buffer.from(fileOf(), 'utf16le')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ])('refuses %s as import-invalid', async (_name, content) => {
    const { db } = temporaryHistory()
    await expect(importText(db, content)).rejects.toMatchObject({ code: 'import-invalid' })
  })

  it('takes nothing from another format that looks like ours', async () => {
    const { db } = temporaryHistory()
    const many = Array.from({ length: 250 }, (_, index) => conversation(1_000 + index * 10))
    const other = fileOf(...many).replace('alcove-json', 'other-json')
    await expect(importText(db, other)).rejects.toMatchObject({ code: 'import-invalid' })
    expect(titles(db)).toEqual([])
  })

  it('refuses a newer version of the format and takes nothing', async () => {
    const { db } = temporaryHistory()
    const newer = fileOf(conversation(10)).replace('"version":1', '"version":2')
    await expect(importText(db, newer)).rejects.toMatchObject({ code: 'import-newer-format' })
    expect(titles(db)).toEqual([])
  })

  it('takes what comes before the place where it breaks off, conversations whole', async () => {
    const { db } = temporaryHistory()
    const whole = fileOf(conversation(10), conversation(20), conversation(30))
    const report = await importText(db, whole.slice(0, whole.indexOf('text 31')))
    expect(report.conversations).toEqual({ imported: 2, unchanged: 0, copied: 0, skipped: 0 })
    expect(report.problems).toEqual([{ conversation: '', message: expect.stringContaining('The file is damaged') }])
  })

  it('takes a file that begins with a byte order mark', async () => {
    const { db } = temporaryHistory()
    expect((await importText(db, `\ufeff${fileOf(conversation(10))}`)).conversations.imported).toBe(1)
  })

  it('stops at a number longer than any file should have', async () => {
    const { db } = temporaryHistory()
    const number = '1'.repeat(70 * 1024 * 1024)
    const report = await importText(
      db,
      fileOf(conversation(10), conversation(20, { createdAt: 7 })).replace(':7', `:${number}`),
    )
    expect(report).toMatchObject({
      conversations: { imported: 1 },
      problems: [{ message: expect.stringContaining('The file is damaged') }],
    })
  })

  it('stops when it is cancelled and tells what is in', async () => {
    const { db } = temporaryHistory()
    const cancel = new AbortController()
    cancel.abort()
    const report = await importText(db, fileOf(conversation(10)), { signal: cancel.signal })
    expect(report.conversations).toEqual({ imported: 0, unchanged: 0, copied: 0, skipped: 0 })
  })
})

describe('attachments', () => {
  const bytes = Buffer.from('picture')
  const sha256 = 'f9cd9bdd06c9bfe8c7a9bd6ac5ffdc6c0cb2ae4ae3f7b1a2bcd5ae6d1c3b0e21'
  const named = (hash: string) =>
    conversation(10, {
      messages: [message(11, { attachments: [{ sha256: hash, name: 'a.png', mediaType: 'image/png', sizeBytes: 7 }] })],
    })

  it('leaves out one whose bytes are not those it is named for', async () => {
    const { db } = temporaryHistory()
    const attachments = [{ sha256, data: bytes.toString('base64') }]
    const report = await importText(db, JSON.stringify({ ...HEAD, conversations: [named(sha256)], attachments }))
    expect(report.problems.map((problem) => problem.message)).toEqual([
      'An attachment is damaged in the file and was left out.',
      '1 attachments are named in the file but not in it; their messages are here without them.',
    ])
    expect(JSON.parse(exportText(db))).toMatchObject({
      conversations: [named(sha256)].map(({ id: same }) => ({ id: same })),
      attachments: [],
    })
  })
})

describe('settings and endpoints in a file', () => {
  const surroundings = {
    format: 'alcove-json',
    version: 1,
    scope: 'all',
    settings: { defaultSystemPrompt: 'Be kind', lastMessages: -5, evil: true },
    endpoints: [{ id: id(1), name: 'Theirs', kind: 'http', baseUrl: 'http://127.0.0.1:9/v1', createdAt: 1 }],
    conversations: [conversation(10, { endpointId: id(1) })],
    attachments: [],
  }

  it('become those of a history that nobody has used, unless they are not allowed', async () => {
    const { db } = temporaryHistory()
    const { problems } = await importText(db, JSON.stringify(surroundings))
    expect(getConversation(db, { conversationId: id(10) }).endpointId).toBe(id(1))
    expect(JSON.parse(exportText(db)).settings).toEqual({ defaultSystemPrompt: 'Be kind' })
    expect(problems.map((problem) => problem.message)).toEqual([
      'The setting “lastMessages” is not known here and was left out.',
      'The setting “evil” is not known here and was left out.',
      'The endpoint “Theirs” at http://127.0.0.1:9/v1 was set up from the file, without its key.',
    ])
  })

  it('are left out of a history in use, so that no file sends what is written next to an address of its own', async () => {
    const { db } = temporaryHistory()
    exchange(db, newConversation(db), 'mine', 'answer')
    const { problems } = await importText(db, JSON.stringify(surroundings))
    expect(getConversation(db, { conversationId: id(10) }).endpointId).toBeNull()
    expect(JSON.parse(exportText(db))).toMatchObject({ settings: {}, endpoints: [] })
    expect(problems.at(-1)?.message).toContain('named an endpoint that is not set up here')
  })
})

describe('an untouched new conversation', () => {
  it('is exported and imported like any other', async () => {
    const { db } = temporaryHistory()
    createConversation(db, { systemPrompt: '', endpointId: null, model: null, now: NOW })
    const other = temporaryHistory().db
    expect((await importText(other, exportText(db))).conversations.imported).toBe(1)
  })
})
