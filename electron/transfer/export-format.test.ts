import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { selectBranch, trashConversation } from '../history/conversations.ts'
import { openHistoryFile } from '../history/open-history-file.ts'
import { appendChunks } from '../history/replies.ts'
import {
  begin,
  exchange,
  NOW,
  newConversation,
  temporaryFile,
  temporaryHistory,
} from '../history/testing/temporary-history.ts'
import { anyHistory, fillHistory } from './testing/random-history.ts'
import { exportText, importText, readSample } from './testing/transfer-in-process.ts'

const docs = path.join(import.meta.dirname, '../../docs')
const ajv = new Ajv2020({ strict: true, strictRequired: false })
ajv.addFormat('uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i)
const validate = ajv.compile(JSON.parse(readFileSync(path.join(docs, 'export.schema.json'), 'utf8')))

/** Every field must be described, so that the schema cannot fall behind the writer. */
function withoutFurtherFields(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(withoutFurtherFields)
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, withoutFurtherFields(value)]))
  return 'type' in inner && inner.type === 'object' && 'properties' in inner
    ? { ...inner, additionalProperties: false }
    : inner
}

const strictSchema = withoutFurtherFields(JSON.parse(readFileSync(path.join(docs, 'export.schema.json'), 'utf8')))
const validateStrictly = ajv.compile({ ...(strictSchema as object), $id: 'urn:alcove:export:1:strict' })

describe('the JSON Schema of alcove-json', () => {
  it('describes every export, field by field', () => {
    fc.assert(
      fc.property(anyHistory, fc.boolean(), (history, all) => {
        const db = openHistoryFile(temporaryFile())
        fillHistory(db, history)
        const conversationIds = history.conversations.map(({ id }) => id)
        const scope = all ? ({ type: 'all' } as const) : { type: 'conversations' as const, conversationIds }
        const valid = validateStrictly(JSON.parse(exportText(db, { scope })))
        db.close()
        expect(validateStrictly.errors ?? []).toEqual([])
        expect(valid).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  it.each<[string, (file: Record<string, unknown>) => unknown]>([
    ['another format', (file) => ({ ...file, format: 'other' })],
    ['a newer version', (file) => ({ ...file, version: 2 })],
    ['endpoints in a file of chosen conversations', (file) => ({ ...file, scope: 'conversations' })],
    ['a conversation without messages', (file) => ({ ...file, conversations: [{ id: 'x' }] })],
  ])('refuses %s', (_name, change) => {
    expect(validate(change(JSON.parse(readSample('everything.alcove.json'))))).toBe(false)
  })
})

describe('the samples', () => {
  it.each(readdirSync(path.join(docs, 'samples')).filter((name) => name.endsWith('.alcove.json')))(
    '%s is valid, and is what its own import exports',
    async (name) => {
      const text = readSample(name)
      const { db } = temporaryHistory()
      await importText(db, text)
      const { scope, conversations } = JSON.parse(text) as {
        scope: 'all' | 'conversations'
        conversations: { id: string }[]
      }
      const conversationIds = conversations.map(({ id }) => id)
      expect(validateStrictly(JSON.parse(text)), JSON.stringify(validateStrictly.errors)).toBe(true)
      expect(
        exportText(db, { scope: scope === 'all' ? { type: 'all' } : { type: 'conversations', conversationIds } }),
      ).toBe(text)
    },
  )

  it('in plain form are what their lossless twins give', async () => {
    const { db } = temporaryHistory()
    await importText(db, readSample('everything.alcove.json'))
    const { conversations } = JSON.parse(readSample('one-conversation.alcove.json')) as {
      conversations: { id: string }[]
    }
    const one = { type: 'conversations' as const, conversationIds: conversations.map(({ id }) => id) }
    expect([exportText(db, { format: 'plain-json' }), exportText(db, { format: 'plain-json', scope: one })]).toEqual([
      readSample('everything.plain.json'),
      readSample('one-conversation.plain.json'),
    ])
  })
})

describe('an export of chosen conversations', () => {
  it('holds each once, by id, in whatever order they were chosen', () => {
    const { db } = temporaryHistory()
    const ids = ['03', '01', '02'].map((end) => `01980000-0000-7000-8000-0000000000${end}`)
    for (const id of ids) exchange(db, newConversation(db, { id }), `question ${id}`, 'answer')
    const scope = { type: 'conversations' as const, conversationIds: [...ids, ...ids] }
    const file = JSON.parse(exportText(db, { scope })) as { conversations: { id: string }[] }
    expect(file.conversations.map(({ id }) => id)).toEqual(ids.toSorted())
  })
})

describe('plain-json', () => {
  it('gives the active branch in order, the system prompt first, without replies that have no text yet', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db, { systemPrompt: 'Be brief.' })
    const first = exchange(db, conversationId, 'one', 'answer one')
    exchange(db, conversationId, 'two', 'answer two')
    const second = begin(db, conversationId, { type: 'regenerate', messageId: first })
    appendChunks(db, { chunks: [{ messageId: second, text: 'not yet', reasoning: '' }] })
    selectBranch(db, { conversationId, messageId: second })
    const scope = { type: 'conversations' as const, conversationIds: [conversationId] }
    expect(JSON.parse(exportText(db, { scope, format: 'plain-json' }))).toEqual([
      { role: 'system', content: 'Be brief.', createdAt: NOW },
      { role: 'user', content: 'one', createdAt: NOW },
    ])
  })

  it('lists several with their titles, those in the trash marked', () => {
    const { db } = temporaryHistory()
    const conversationId = newConversation(db)
    exchange(db, conversationId, 'kept', 'answer')
    const other = newConversation(db)
    exchange(db, other, 'thrown away', 'answer')
    trashConversation(db, { conversationId: other, now: NOW })
    expect(JSON.parse(exportText(db, { format: 'plain-json', compact: true }))).toMatchObject([
      { title: 'kept', messages: [{ content: 'kept' }, { content: 'answer' }] },
      { title: 'thrown away', trashed: true, messages: [{ content: 'thrown away' }, { content: 'answer' }] },
    ])
  })
})
