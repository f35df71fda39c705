/** Histories as nobody would write them by hand, put in with SQL of their own so that they do not rest on the import. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import type { Database } from '../../history/database.ts'

/** Text of every kind that JSON, SQLite or a terminal has ever broken, well formed as the history keeps it. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '\u2028\u2029',
    '\ufeff',
    '\u200fשלום\u202e',
    '😀👩‍👩‍👧',
    '"\\/\b\f\n\r\t',
    '</script>',
    '\ud7ff\ue000',
  ),
)
const name = anyText.filter((text) => text !== '')
const time = fc.oneof(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.constantFrom(0, -1, Number.MAX_SAFE_INTEGER))
const count = fc.nat(1_000_000)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 2 })
const json = fc.jsonValue({ stringUnit: 'binary', maxDepth: 2 }).filter((value) => value !== null)

const request = fc.record({
  strategy: name,
  windowSource: fc.constantFrom('server', 'learned', 'user', 'assumed'),
  continueMode: fc.constantFrom(null, 'prefill', 'user-turn'),
  number: count,
  notices: maybe(fc.array(fc.record({ type: name, detail: json }), { maxLength: 2 })),
})

const message = fc.record({
  id: fc.uuid(),
  /** Which of the former messages it follows; null or the first: none. */
  parent: maybe(fc.nat(100)),
  role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
  status: fc.constantFrom('streaming', 'complete', 'stopped', 'interrupted', 'failed'),
  createdAt: time,
  completedAt: maybe(time),
  words: fc.record({
    finishReason: maybe(name),
    endpointName: maybe(anyText),
    model: maybe(anyText),
    sentText: maybe(anyText),
  }),
  endpointId: maybe(fc.uuid()),
  editedFromId: maybe(fc.uuid()),
  counts: fc.tuple(maybe(count), maybe(count), maybe(count), maybe(count), maybe(count), maybe(count)),
  pinned: fc.boolean(),
  excluded: fc.boolean(),
  sampling: maybe(fc.record({ temperature: fc.double({ min: 0, max: 5, noNaN: true }) }, { requiredKeys: [] })),
  error: maybe(fc.record({ code: fc.constant('endpoint-timeout'), message: anyText, retryable: fc.boolean() })),
  text: anyText,
  reasoning: anyText,
  chunk: anyText,
  parts: maybe(json),
  requests: fc.array(request, { maxLength: 2 }),
  attachments: fc.array(fc.record({ index: fc.nat(3), name }), { maxLength: 2 }),
})

const conversation = fc.record({
  id: fc.uuid(),
  title: anyText,
  titleSource: fc.constantFrom('auto', 'user', 'import'),
  times: fc.tuple(time, time),
  marks: fc.tuple(maybe(time), maybe(time), maybe(time)),
  unread: fc.boolean(),
  folder: maybe(fc.nat(3)),
  tags: fc.uniqueArray(fc.nat(3), { maxLength: 3 }),
  retentionDays: maybe(fc.integer({ min: 1, max: 1000 })),
  endpoint: maybe(fc.nat(2)),
  model: maybe(anyText),
  settings: fc.constantFrom({}, { sampling: { seed: 1 } }, { memory: { lastMessages: 3 } }),
  source: maybe(fc.record({ app: maybe(name), id: maybe(name), hash: maybe(name) })),
  leaf: maybe(fc.nat(100)),
  systemPrompt: anyText,
  draft: maybe(fc.record({ text: anyText, at: time })),
  rawImport: maybe(anyText),
  messages: fc.array(message, { maxLength: 12 }),
})

export const anyHistory = fc
  .record({
    conversations: fc.uniqueArray(conversation, { maxLength: 6, selector: ({ id }) => id }),
    folders: fc.uniqueArray(fc.record({ id: fc.uuid(), name, parent: maybe(fc.nat(3)) }), {
      maxLength: 4,
      selector: ({ id }) => id,
    }),
    tags: fc.uniqueArray(name, { maxLength: 4 }),
    endpoints: fc.uniqueArray(
      fc.record({ id: fc.uuid(), name, model: maybe(anyText), window: maybe(fc.integer({ min: 1 })) }),
      {
        maxLength: 3,
        selector: ({ id }) => id,
      },
    ),
    attachments: fc.uniqueArray(fc.uint8Array({ maxLength: 100 }), {
      maxLength: 4,
      selector: (bytes) => Buffer.from(bytes).toString('hex'),
    }),
    settings: fc.constantFrom(
      {},
      { defaultSystemPrompt: 'Be\nkind', lastMessages: 7 },
      { sampling: { topP: 0.5 }, defaultEndpointId: null },
    ),
  })
  .filter(({ conversations }) => {
    const ids = conversations.flatMap(({ messages }) => messages.map(({ id }) => id))
    return new Set(ids).size === ids.length
  })

export type RandomHistory = typeof anyHistory extends fc.Arbitrary<infer T> ? T : never
type RandomConversation = RandomHistory['conversations'][number]
type RandomMessage = RandomConversation['messages'][number]

/** Puts a random history into an empty one. */
export function fillHistory(db: Database, history: RandomHistory): void {
  db.transaction(() => {
    const sha256s = history.attachments.map((bytes) => insertAttachment(db, bytes))
    const put = (sql: string, ...values: unknown[]) => db.prepare(sql).run(...values)
    for (const { id, name } of history.folders)
      put('INSERT INTO folders (id, name, created_at) VALUES (?, ?, 5)', id, name)
    for (const [index, { id, parent }] of history.folders.entries()) {
      const above = parent === null || parent >= index ? null : history.folders[parent]?.id
      put('UPDATE folders SET parent_id = ? WHERE id = ?', above ?? null, id)
    }
    for (const [index, tag] of history.tags.entries())
      put('INSERT INTO tags (id, name) VALUES (?, ?)', String(index), tag)
    for (const { id, name, model, window } of history.endpoints) {
      put(
        `INSERT INTO endpoints (id, name, kind, base_url, default_model, window_tokens, created_at)
           VALUES (?, ?, 'http', 'http://127.0.0.1:1/v1', ?, ?, 6)`,
        id,
        name,
        model,
        window,
      )
    }
    for (const [key, value] of Object.entries(history.settings))
      put('INSERT INTO settings VALUES (?, ?)', key, JSON.stringify(value))
    for (const [index, conversation] of history.conversations.entries()) {
      insertConversation(db, { history, conversation, index, sha256s })
    }
  })()
}

function insertAttachment(db: Database, bytes: Uint8Array): string {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const sql = 'INSERT INTO attachments (sha256, media_type, size_bytes, bytes) VALUES (?, ?, ?, ?)'
  db.prepare(sql).run(sha256, 'image/png', bytes.byteLength, Buffer.from(bytes))
  return sha256
}

interface Placed {
  history: RandomHistory
  conversation: RandomConversation
  index: number
  sha256s: string[]
}

function insertConversation(db: Database, { history, conversation: c, index, sha256s }: Placed): void {
  const seq = Number(
    db
      .prepare(`
        INSERT INTO conversations (id, activity_seq, trashed_seq, title_source, endpoint_id, model, folder_id, created_at,
          updated_at, pinned_at, archived_at, trashed_at, unread, retention_days, source_app, source_id, content_hash, title,
          settings, system_prompt, raw_import)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        c.id,
        index + 1,
        c.marks[2] === null ? null : index + 1,
        c.titleSource,
        c.endpoint === null ? null : (history.endpoints[c.endpoint]?.id ?? null),
        c.model,
        c.folder === null ? null : (history.folders[c.folder]?.id ?? null),
        ...c.times,
        ...c.marks,
        Number(c.unread),
        c.retentionDays,
        c.source?.app ?? null,
        c.source?.id ?? null,
        c.source?.hash ?? null,
        c.title,
        JSON.stringify(c.settings),
        c.systemPrompt,
        c.rawImport,
      ).lastInsertRowid,
  )
  const seqs: number[] = []
  for (const message of c.messages) seqs.push(insertMessage(db, message, seq, seqs, sha256s))
  const leaf = c.leaf === null ? null : (seqs[c.leaf] ?? null)
  db.prepare('UPDATE conversations SET active_leaf_seq = ? WHERE seq = ?').run(leaf, seq)
  if (c.draft) db.prepare('INSERT INTO drafts VALUES (?, ?, ?)').run(seq, c.draft.at, c.draft.text)
  for (const tag of c.tags) {
    const sql = 'INSERT INTO conversation_tags SELECT ?, seq FROM tags WHERE id = ?'
    db.prepare(sql).run(seq, String(tag))
  }
}

function insertMessage(
  db: Database,
  m: RandomMessage,
  conversationSeq: number,
  before: number[],
  sha256s: string[],
): number {
  const parentSeq = m.parent === null ? null : (before[m.parent % Math.max(1, before.length)] ?? null)
  const text = (value: unknown) => (value === null ? null : JSON.stringify(value))
  const seq = Number(
    db
      .prepare(`
        INSERT INTO messages (id, conversation_seq, parent_seq, depth, role, status, created_at, completed_at, finish_reason,
          endpoint_id, endpoint_name, model, prompt_tokens, completion_tokens, cached_tokens, first_token_ms, total_ms,
          reasoning_ms, pinned, excluded, edited_from_id, sampling, error, text, reasoning, parts, sent_text)
        VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        m.id,
        conversationSeq,
        parentSeq,
        m.role,
        m.status,
        m.createdAt,
        m.completedAt,
        m.words.finishReason,
        m.endpointId,
        m.words.endpointName,
        m.words.model,
        ...m.counts,
        Number(m.pinned),
        Number(m.excluded),
        m.editedFromId,
        text(m.sampling),
        text(m.error),
        m.text,
        m.reasoning,
        text(m.parts),
        m.words.sentText,
      ).lastInsertRowid,
  )
  if (m.status === 'streaming') {
    db.prepare("INSERT INTO reply_chunks VALUES (?, 1, 'text', ?), (?, 2, 'reasoning', ?)").run(
      seq,
      m.chunk,
      seq,
      m.chunk,
    )
  }
  for (const r of m.requests) {
    db.prepare(`
      INSERT INTO requests (message_seq, strategy, sent_messages, left_out_messages, estimated_tokens, window_tokens,
        window_source, continue_mode, created_at, notices) VALUES (?, ?, ?, 1, 2, 3, ?, ?, 4, ?)`).run(
      seq,
      r.strategy,
      r.number,
      r.windowSource,
      r.continueMode,
      text(r.notices),
    )
  }
  for (const [position, { index, name }] of m.attachments.entries()) {
    const sha256 = sha256s[index]
    if (sha256) db.prepare('INSERT INTO message_attachments VALUES (?, ?, ?, ?)').run(seq, position, sha256, name)
  }
  return seq
}
