import { v7 as uuid } from 'uuid'
import type { Database } from '../database.ts'
import { createEndpoint } from '../endpoints.ts'
import { chainHash } from '../messages.ts'
import { statement, transact } from '../statement.ts'
import { madeUpTexts, type TextSource } from './made-up-texts.ts'
import { type SeededRandom, seededRandom } from './seeded-random.ts'

export interface LargeHistory {
  messages: number
  conversations: number
  seed: number
}

/** The id of the long conversation, the last one that was written in. */
export interface SeededHistory {
  longId: string
  longMessages: number
}

interface Growing {
  seq: number
  id: string
  /** Messages that it still gets. */
  left: number
  /** Of the active branch, oldest first. */
  branch: Node[]
}

interface Node {
  seq: number
  depth: number
  chain: Uint8Array
}

interface Context {
  db: Database
  random: SeededRandom
  texts: TextSource
  endpointId: string
  /** Epoch milliseconds of what is written next. */
  now: number
  nextSeq: number
}

/** As many messages in the long conversation as a person has at most; half of a small history. */
const LONGEST = 10_000
const PER_TRANSACTION = 5_000
/** Conversations that are gone on with by turns, so that the messages of one do not lie beside each other in the file. */
const OPEN_AT_ONCE = 8
/** Before any test runs, so that what it adds is the newest by id as well. */
const END = 1_750_000_000_000
const BETWEEN_EXCHANGES_MS = 300_000
const PINNED = 5
const MEDIAN_UNITS = { user: 160, assistant: 420, reasoning: 900 }
const MODEL = 'made-up-8b'

const INSERT_CONVERSATION = `
  INSERT INTO conversations (id, activity_seq, title, title_source, endpoint_id, model, created_at, updated_at)
  VALUES (:id, :activity, :title, :titleSource, :endpointId, '${MODEL}', :now, :now)`

const INSERT_MESSAGE = `
  INSERT INTO messages (seq, id, conversation_seq, parent_seq, depth, role, status, chain_hash, created_at, completed_at,
    finish_reason, endpoint_id, endpoint_name, model, prompt_tokens, completion_tokens, first_token_ms, total_ms, sampling,
    text, reasoning)
  VALUES (:seq, :id, :conversationSeq, :parentSeq, :depth, :role, :status, :chain, :now, :now,
    :finishReason, :endpointId, :endpointName, :model, :promptTokens, :completionTokens, :firstTokenMs, :totalMs, :sampling,
    :text, :reasoning)`

const INSERT_REQUEST = `
  INSERT INTO requests (message_seq, strategy, sent_messages, left_out_messages, estimated_tokens, window_tokens,
    window_source, created_at)
  VALUES (:seq, 'last-messages', :sent, :leftOut, :tokens, 8192, 'server', :now)`

/**
 * Fills an empty history as years of use would: conversations of very different lengths that are gone on with by turns,
 * the newest
 * of them long; texts of lognormal lengths in several scripts; branches, failed replies, reasoning, pins and trash.
 * The same arguments make the same history.
 */
export function seedLargeHistory(db: Database, { messages, conversations, seed }: LargeHistory): SeededHistory {
  const random = seededRandom(seed)
  const begin = END - messages * BETWEEN_EXCHANGES_MS
  const { id: endpointId } = createEndpoint(db, {
    id: uuid({ msecs: begin, random: random.bytes(16) }),
    name: 'Local',
    kind: 'http',
    baseUrl: 'http://127.0.0.1:8080/v1',
    defaultModel: MODEL,
    windowTokens: null,
    now: begin,
  })
  const context: Context = { db, random, texts: madeUpTexts(random), endpointId, now: begin, nextSeq: 1 }
  const longMessages = Math.min(LONGEST, Math.floor(messages / 2))
  const lengths = lengthsOf(random, messages - longMessages, conversations - 1)
  const growing: Growing[] = []
  const added = () => context.nextSeq - 1
  let long: Growing | undefined
  while (added() < messages) {
    transact(db, () => {
      for (const end = added() + PER_TRANSACTION; added() < Math.min(end, messages); ) {
        // Every second exchange is of the long one from here on, whatever the size of the history.
        if (!long && added() >= messages - 2 * longMessages) long = open(context, longMessages)
        while (growing.length < OPEN_AT_ONCE && lengths.length > 0) growing.push(open(context, lengths.pop() ?? 1))
        const goesOn =
          long && long.left > 0 && (growing.length === 0 || random.isOneIn(2)) ? long : random.pick(growing)
        if (!goOn(context, goesOn) && goesOn !== long) growing.splice(growing.indexOf(goesOn), 1)
      }
    })
  }
  if (!long) throw new Error('a large history has a long conversation')
  const { seq, id } = long
  transact(db, () => finishList(context, seq))
  return { longId: id, longMessages }
}

/** Lognormal lengths that add up to `messages`. */
function lengthsOf(random: SeededRandom, messages: number, count: number): number[] {
  const weights = Array.from({ length: count }, () => random.lognormal(1, 1.2))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const lengths = weights.map((weight) => Math.max(1, Math.floor((weight / sum) * (messages - count)) + 1))
  const missing = messages - lengths.reduce((total, length) => total + length, 0)
  lengths[0] = Math.max(1, (lengths[0] ?? 0) + missing)
  return lengths
}

function open({ db, random, texts, endpointId, now }: Context, left: number): Growing {
  const id = uuid({ msecs: now, random: random.bytes(16) })
  const titleSource = random.isOneIn(10) ? 'user' : 'auto'
  const title = texts.title()
  const activity = statement<{ next: number }>(
    db,
    'SELECT coalesce(max(activity_seq), 0) + 1 AS next FROM conversations',
  ).get()?.next
  const { lastInsertRowid } = statement(db, INSERT_CONVERSATION).run({
    id,
    activity: activity ?? 1,
    title,
    titleSource,
    endpointId,
    now,
  })
  return { seq: Number(lastInsertRowid), id, left, branch: [] }
}

/** Adds one exchange or another reply beside the last one. Returns false once the conversation is as long as it gets. */
function goOn(context: Context, conversation: Growing): boolean {
  const { random } = context
  const { branch } = conversation
  context.now += random.below(2 * BETWEEN_EXCHANGES_MS)
  // Regenerated: the last reply stays beside the new one.
  const again = branch.length > 1 && random.isOneIn(12)
  if (again) branch.pop()
  else add(context, conversation, 'user')
  if (conversation.left > 0) add(context, conversation, 'assistant')
  return conversation.left > 0
}

function add(context: Context, conversation: Growing, role: 'user' | 'assistant'): void {
  const { db, random, texts, now } = context
  const { branch } = conversation
  const parent = branch.at(-1)
  const seq = context.nextSeq
  context.nextSeq += 1
  conversation.left -= 1
  const isReply = role === 'assistant'
  const text = texts.text(Math.min(60_000, random.lognormal(MEDIAN_UNITS[role], 0.9)))
  const chain = chainHash(parent?.chain ?? null, role, text)
  const depth = parent ? parent.depth + 1 : 0
  statement(db, INSERT_MESSAGE).run({
    ...(isReply ? replyValues(context, text) : QUESTION),
    seq,
    id: uuid({ msecs: now, random: random.bytes(16) }),
    conversationSeq: conversation.seq,
    parentSeq: parent?.seq ?? null,
    depth,
    role,
    chain,
    now,
    text,
    reasoning: isReply && random.isOneIn(10) ? texts.text(random.lognormal(MEDIAN_UNITS.reasoning, 0.7)) : '',
  })
  if (isReply) {
    const sent = Math.min(20, depth + 1)
    statement(db, INSERT_REQUEST).run({ seq, sent, leftOut: depth + 1 - sent, tokens: sent * 130, now })
  }
  branch.push({ seq, depth, chain })
}

const QUESTION = {
  status: 'complete',
  finishReason: null,
  endpointId: null,
  endpointName: null,
  model: null,
  promptTokens: null,
  completionTokens: null,
  firstTokenMs: null,
  totalMs: null,
  sampling: null,
}

function replyValues({ random, endpointId }: Context, text: string) {
  const status = random.isOneIn(30) ? random.pick(['stopped', 'interrupted', 'failed']) : 'complete'
  const tokens = Math.ceil(text.length / 4)
  return {
    status,
    finishReason: status === 'complete' ? 'stop' : null,
    endpointId,
    endpointName: 'Local',
    model: MODEL,
    promptTokens: 200 + random.below(6_000),
    completionTokens: tokens,
    firstTokenMs: 100 + random.below(4_000),
    totalMs: 1_000 + tokens * 40,
    sampling: '{}',
  }
}

/** Places in the list by newest message, the active leaves, pins, trash, and some drafts. */
function finishList({ db, random, now }: Context, longSeq: number): void {
  db.exec(`
    UPDATE conversations SET activity_seq = -seq;
    UPDATE conversations
    SET active_leaf_seq = (SELECT max(seq) FROM messages WHERE conversation_seq = conversations.seq);
    UPDATE conversations
    SET activity_seq = coalesce(active_leaf_seq, 0),
      updated_at = coalesce((SELECT created_at FROM messages WHERE seq = active_leaf_seq), updated_at);`)
  const sequences = statement<{ seq: number }>(db, 'SELECT seq FROM conversations ORDER BY seq').all()
  const pin = 'UPDATE conversations SET pinned_at = :now WHERE seq = :seq'
  const trash = `
    UPDATE conversations SET trashed_at = :now, trashed_seq = (SELECT coalesce(max(trashed_seq), 0) + 1 FROM conversations)
    WHERE seq = :seq`
  const draft = "INSERT INTO drafts (conversation_seq, updated_at, text) VALUES (:seq, :now, 'Not sent yet')"
  const others = sequences.filter(({ seq }) => seq !== longSeq)
  for (let pinned = 0; pinned < PINNED; pinned += 1) statement(db, pin).run({ ...random.pick(others), now })
  for (const { seq } of others) {
    if (random.isOneIn(15)) statement(db, trash).run({ seq, now })
    if (random.isOneIn(300)) statement(db, draft).run({ seq, now })
  }
}
