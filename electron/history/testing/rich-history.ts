/** A history with something in every table and of every kind, for what must never lose any of it. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { v7 as uuid } from 'uuid'
import { anyHistory, fillHistory } from '../../transfer/testing/random-history.ts'
import { beginReply, type ReplyAction } from '../begin-reply.ts'
import { setCapabilities } from '../capabilities.ts'
import {
  createConversation,
  renameConversation,
  selectBranch,
  trashConversation,
  updateConversation,
} from '../conversations.ts'
import type { Database } from '../database.ts'
import { saveDraft } from '../drafts.ts'
import { createEndpoint } from '../endpoints.ts'
import { hideForErasing } from '../erase/erase.ts'
import { noteUnindexed } from '../index/backlog.ts'
import { indexEverything } from '../index/index-messages.ts'
import { appendChunks, type FinishReplyArgs, finishReply } from '../replies.ts'
import { setSettings } from '../settings.ts'
import { recordImport } from '../transfer.ts'

const NOW = 1_700_000_000_000

/** Scripts, emoji, marks that combine, directions, characters that nobody sees. */
const TEXTS = [
  'Γειά σου Κόσμε',
  'שלום עולם',
  'مرحبا بالعالم',
  '你好，世界。',
  'こんにちは世界',
  '안녕하세요 세계',
  'नमस्ते दुनिया',
  'สวัสดีชาวโลก',
  'Привет, мир',
  'Zażółć gęślą jaźń',
  'e\u0301 a\u0308 \u200d\u2028',
  '👩‍👩‍👧‍👦 🇩🇪 🏳️‍🌈 😀',
  'tab\tnul\0bell\u0007',
  '\ufeffbom \u202e reversed',
  '```ts\nlist.map((a) => a + 1)\n```\n$$\\sum_i i$$\n<script>x</script>',
]

/** Fills a history that has nothing in it yet. Ids are new each time; all else is the same. */
export function fillRichly(db: Database): void {
  fillAtRandom(db)
  setSettings(db, {
    values: { defaultSystemPrompt: 'Be brief.\nAnswer in the language of the question.', lastMessages: 12 },
  })
  const endpointId = addEndpoints(db)
  const branched = addBranches(db, endpointId)
  addKinds(db)
  addSurroundings(db, branched)
  addHidden(db)
  indexEverything(db)
  const last = Number(db.prepare('SELECT max(seq) FROM messages').pluck().get())
  noteUnindexed(db, { firstSeq: last, lastSeq: last })
}

/** Begins a reply that nobody ends: what a crash leaves. */
export function leaveStreaming(db: Database): void {
  const conversationId = String(
    db.prepare("SELECT id FROM conversations WHERE title LIKE 'Shade garden%'").pluck().get(),
  )
  const messageId = begin(db, conversationId, { type: 'send', text: 'Tell me about roses' })
  appendChunks(db, { chunks: [{ messageId, text: 'Roses want ', reasoning: 'sun, ' }] })
  appendChunks(db, { chunks: [{ messageId, text: 'sun and', reasoning: 'and room' }] })
}

/** As nobody would write it by hand, the same each time. */
function fillAtRandom(db: Database): void {
  const [random] = fc.sample(anyHistory, { seed: 4, numRuns: 200 }).filter((history) => {
    const { conversations, attachments, folders, tags } = history
    return conversations.length >= 5 && attachments.length >= 2 && folders.length >= 3 && tags.length >= 2
  })
  if (!random) throw new Error('no random history is large enough')
  fillHistory(db, random)
}

function addEndpoints(db: Database): string {
  const http = { name: 'Local', kind: 'http', baseUrl: 'http://127.0.0.1:8080/v1', defaultModel: 'small-7b' } as const
  const { id } = createEndpoint(db, { ...http, windowTokens: null, now: NOW })
  const demo = { name: 'Demo', kind: 'demo', baseUrl: 'demo:', defaultModel: 'demo' } as const
  createEndpoint(db, { ...demo, windowTokens: 8192, streaming: false, waits: { idleSeconds: 90 }, now: NOW + 1 })
  const facts = [{ name: 'window', value: 32_768 }] as const
  setCapabilities(db, { endpointId: id, model: 'small-7b', source: 'server', facts, now: NOW })
  setCapabilities(db, { endpointId: id, model: 'écrivain-3b', source: 'user', facts, now: NOW })
  return id
}

/** A long conversation with two replies to one message, an edited message, a pinned and a left-out one. */
function addBranches(db: Database, endpointId: string): string {
  const conversationId = open(db, { systemPrompt: 'You know gardens.', endpointId, model: 'small-7b' })
  const first = exchange(db, conversationId, 'What grows in the shade?', 'Ferns, hostas and moss. '.repeat(20))
  const other = begin(db, conversationId, { type: 'regenerate', messageId: first })
  appendChunks(db, { chunks: [{ messageId: other, text: 'Try woodruff.', reasoning: 'The person has shade.' }] })
  const counts = { promptTokens: 40, completionTokens: 5, cachedTokens: 32 }
  finish(db, other, { ...counts, firstTokenMs: 210, totalMs: 900, reasoningMs: 400 })
  for (let turn = 0; turn < 40; turn += 1) {
    exchange(
      db,
      conversationId,
      `Question ${turn} about beds`,
      `Answer ${turn}: ${'mulch and water '.repeat(turn % 9)}`,
    )
  }
  selectBranch(db, { conversationId, messageId: first })
  exchange(db, conversationId, 'And under a walnut tree?', 'Little. Juglone keeps most plants away.')
  const question = db.prepare("SELECT id FROM messages WHERE text = 'And under a walnut tree?'").pluck().get()
  db.prepare("UPDATE messages SET edited_from_id = ?, pinned = 1 WHERE text LIKE 'Question 3 %'").run(question)
  db.exec("UPDATE messages SET excluded = 1, sent_text = 'shortened' WHERE text LIKE 'Answer 5:%'")
  const settings = { sampling: { temperature: 0.4, seed: 7 } }
  updateConversation(db, { conversationId, changes: { pinned: true, settings }, now: NOW + 5 })
  renameConversation(db, { conversationId, title: 'Shade garden 🌿', source: 'user' })
  return conversationId
}

/** Every script, and every way in which a reply ends. */
function addKinds(db: Database): void {
  const tongues = open(db, { model: 'écrivain-3b' })
  for (const text of TEXTS) exchange(db, tongues, text, `${text} — ${text}`)
  saveDraft(db, { conversationId: tongues, text: 'halb fertig … 未完', now: NOW + 9 })
  const ends = open(db)
  const failed = begin(db, ends, { type: 'send', text: 'And then it broke' })
  const error = { code: 'endpoint-timeout', message: 'The endpoint did not answer.', retryable: true } as const
  finish(db, failed, { status: 'failed', finishReason: null, error })
  const stopped = begin(db, ends, { type: 'send', text: 'Count to a million' })
  appendChunks(db, { chunks: [{ messageId: stopped, text: '1 2 3 4', reasoning: '' }] })
  finish(db, stopped, { status: 'stopped', finishReason: null, unread: true })
  const trashed = open(db)
  exchange(db, trashed, 'Throw this away', 'As you like.')
  trashConversation(db, { conversationId: trashed, now: NOW + 20 })
  open(db, { systemPrompt: 'Nothing was said here yet.' })
}

/** What no function of the history writes yet, or only an import. */
function addSurroundings(db: Database, conversationId: string): void {
  const put = (sql: string, ...values: unknown[]) => db.prepare(sql).run(...values)
  const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010806000000', 'hex')
  const sha256 = createHash('sha256').update(png).digest('hex')
  put(
    "INSERT INTO attachments (sha256, media_type, size_bytes, bytes) VALUES (?, 'image/png', ?, ?)",
    sha256,
    png.length,
    png,
  )
  for (const [position, text] of ['And then it broke', 'Count to a million'].entries()) {
    const sql = 'INSERT INTO message_attachments SELECT seq, ?, ?, ? FROM messages WHERE text = ?'
    put(sql, position, sha256, `Bild ${position} 🖼.png`, text)
  }
  const folder = 'INSERT INTO folders (id, parent_id, name, position, created_at) VALUES (?, ?, ?, ?, ?)'
  const [home, garden] = [uuid(), uuid()]
  put(folder, home, null, 'Home', 1, NOW)
  put(folder, garden, home, 'Garden', 2, NOW)
  put('UPDATE conversations SET folder_id = ? WHERE id = ?', garden, conversationId)
  for (const name of ['plants', '植物', 'unused']) put('INSERT INTO tags (id, name) VALUES (?, ?)', uuid(), name)
  put(
    `INSERT INTO conversation_tags
     SELECT c.seq, t.seq FROM conversations AS c, tags AS t WHERE c.id = ? AND t.name IN ('plants', '植物')`,
    conversationId,
  )
  recordImport(db, { id: uuid(), fileName: 'früher.json', report: { imported: 3, skipped: [] }, now: NOW })
  const journal =
    "INSERT INTO journal (id, verb, created_at, before, after) VALUES (?, 'conversations.rename', ?, ?, ?)"
  put(journal, uuid(), NOW, '{"title":"Shade"}', '{"title":"Shade garden 🌿"}')
}

/** One conversation that is half erased and one that is half imported: no export holds them. */
function addHidden(db: Database): void {
  const [erased, imported] = [open(db), open(db)]
  for (const id of [erased, imported]) exchange(db, id, 'On its way', 'in or out')
  const seq = Number(db.prepare('SELECT seq FROM conversations WHERE id = ?').pluck().get(erased))
  hideForErasing(db, { conversationSeq: seq })
  db.prepare("UPDATE conversations SET hidden = 'importing' WHERE id = ?").run(imported)
}

function open(db: Database, values: Partial<Parameters<typeof createConversation>[1]> = {}): string {
  return createConversation(db, { systemPrompt: '', endpointId: null, model: null, now: NOW, ...values }).id
}

function begin(db: Database, conversationId: string, action: ReplyAction): string {
  const counts = { sentMessages: 1, leftOutMessages: 4, estimatedTokens: 12, windowTokens: 4096 }
  const sent = { ...counts, strategy: 'automatic', windowSource: 'assumed' } as const
  const plain = { model: 'small-7b', endpointId: null, endpointName: 'Local', sampling: {}, continueMode: null }
  return beginReply(db, { ...plain, sent, conversationId, action, now: NOW }).replyId
}

function finish(db: Database, messageId: string, values: Partial<FinishReplyArgs> = {}): void {
  const end = { status: 'complete', finishReason: 'stop', error: null, model: null, unread: false } as const
  const counts = { promptTokens: null, completionTokens: null, cachedTokens: null }
  const times = { firstTokenMs: null, totalMs: null, reasoningMs: null }
  finishReply(db, { ...end, ...counts, ...times, messageId, now: NOW, ...values })
}

function exchange(db: Database, conversationId: string, text: string, reply: string): string {
  const messageId = begin(db, conversationId, { type: 'send', text })
  appendChunks(db, { chunks: [{ messageId, text: reply, reasoning: '' }] })
  finish(db, messageId)
  return messageId
}
