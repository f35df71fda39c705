/** A branch of which some messages cannot be read: they are shown as such in their place, and the others as they are. */
import type { Message, MessageRole } from '../../../../shared/record-types.ts'
import { MessageRole as Role, MessageStatus as Status } from '../../../../shared/records.ts'
import { getConversationSeq } from '../../branches.ts'
import type { Database } from '../../database.ts'
import { messageNotFound } from '../../not-found.ts'
import { statement } from '../../statement.ts'
import { oneOf } from '../../stored-values.ts'
import { orUndefined, readAround } from './damage.ts'
import { type IndexedTree, readTree } from './tree-by-index.ts'

interface BranchArgs {
  conversationId: string
  /** Null: at the active leaf. */
  beforeId: string | null
  limit: number
}

/** `readAlone` reads the message of one `seq` without a look at its neighbours. Throws `not-found`. */
export function listDamagedBranch(
  db: Database,
  { conversationId, beforeId, limit }: BranchArgs,
  readAlone: (seq: number, place: KnownPlace) => Message | undefined,
): { messages: Message[]; hasMore: boolean } {
  const conversationSeq = getConversationSeq(db, conversationId)
  const tree = readTree(db, conversationSeq)
  const messages: Message[] = []
  const nextAfter = (seq: number) => tree.parents.get(seq) ?? null
  let next = beforeId === null ? findLeaf(db, conversationSeq, tree) : nextAfter(findSeq(db, beforeId, tree))
  while (next !== null && messages.length < limit) {
    const seq: number = next
    const place = { conversationId, ...placeOf(tree, seq) }
    const message = readAround(
      () => readAlone(seq, place),
      () => readPartly(db, { seq, tree, ...place }),
    )
    if (message) messages.push(message)
    next = nextAfter(seq)
  }
  return { messages: messages.reverse(), hasMore: next !== null }
}

/** The `seq` of each message from the active leaf, or `leafId`, to the first one. Throws `not-found`. */
export function walkDamagedBranch(db: Database, conversationId: string, leafId: string | null): number[] {
  const conversationSeq = getConversationSeq(db, conversationId)
  const tree = readTree(db, conversationSeq)
  const seqs: number[] = []
  let next = leafId === null ? findLeaf(db, conversationSeq, tree) : findSeq(db, leafId, tree)
  while (next !== null) {
    seqs.push(next)
    next = tree.parents.get(next) ?? null
  }
  return seqs
}

function findLeaf(db: Database, conversationSeq: number, tree: IndexedTree): number | null {
  const sql = 'SELECT active_leaf_seq AS seq FROM conversations NOT INDEXED WHERE seq = :seq'
  const chosen = orUndefined(() => statement<{ seq: number | null }>(db, sql).get({ seq: conversationSeq })?.seq)
  if (chosen !== undefined && chosen !== null && tree.parents.has(chosen)) return chosen
  return [...tree.parents.keys()].at(-1) ?? null
}

function findSeq(db: Database, messageId: string, tree: IndexedTree): number {
  const sql = 'SELECT seq FROM messages INDEXED BY sqlite_autoindex_messages_1 WHERE id = :messageId'
  const seq =
    orUndefined(() => statement<{ seq: number }>(db, sql).get({ messageId })?.seq) ??
    [...tree.parents.keys()].find((each) => tree.idOf(each) === messageId)
  if (seq === undefined || !tree.parents.has(seq)) throw messageNotFound()
  return seq
}

interface Head {
  role: string
  status: string
  created_at: number
  model: string | null
  endpoint_name: string | null
}

const HEAD = 'SELECT role, status, created_at, model, endpoint_name FROM messages NOT INDEXED WHERE seq = :seq'

interface KnownPlace {
  conversationId: string
  parentId: string | null
  siblingIds: string[]
}

function placeOf({ parents, idOf }: IndexedTree, seq: number): Omit<KnownPlace, 'conversationId'> {
  const parentSeq = parents.get(seq) ?? null
  const siblings = [...parents].filter(([, parent]) => parent === parentSeq).map(([each]) => each)
  return {
    parentId: parentSeq === null ? null : (idOf(parentSeq) ?? null),
    siblingIds: siblings.flatMap((each) => idOf(each) ?? []),
  }
}

/** What stands in front of a long text is often whole when the text is not; undefined where not even an id is left. */
function readPartly(
  db: Database,
  { seq, tree, conversationId, parentId, siblingIds }: KnownPlace & { seq: number; tree: IndexedTree },
): Message | undefined {
  const id = tree.idOf(seq)
  if (id === undefined) return undefined
  const head = orUndefined(() => statement<Head>(db, HEAD).get({ seq }))
  const text = orUndefined(() => readText(db, seq))
  return {
    id,
    conversationId,
    parentId,
    role: head ? oneOf(Role.options, head.role, 'assistant') : guessRole(db, tree, seq),
    text: text ?? '',
    reasoning: '',
    status: head && text !== undefined ? oneOf(Status.options, head.status, 'interrupted') : 'failed',
    finishReason: null,
    error: null,
    model: head?.model ?? null,
    endpointName: head?.endpoint_name ?? null,
    createdAt: head?.created_at ?? 0,
    completedAt: null,
    promptTokens: null,
    completionTokens: null,
    cachedTokens: null,
    firstTokenMs: null,
    totalMs: null,
    reasoningMs: null,
    editedFromId: null,
    attachments: [],
    sent: null,
    siblingIndex: siblingIds.indexOf(id),
    siblingIds,
    unreadable: [{ field: text === undefined ? 'message' : 'details', raw: null }],
  }
}

function readText(db: Database, seq: number): string | undefined {
  const sql = 'SELECT text FROM messages NOT INDEXED WHERE seq = :seq'
  return statement<{ text: string }>(db, sql).get({ seq })?.text
}

/** Question and answer take turns from the nearest message above that can be read; a first message is a question. */
export function guessRole(db: Database, { parents }: IndexedTree, seq: number): MessageRole {
  const sql = 'SELECT role FROM messages NOT INDEXED WHERE seq = :seq'
  let above = parents.get(seq) ?? null
  let steps = 0
  let role: string | undefined
  while (above !== null && role === undefined) {
    const at = { seq: above }
    role = orUndefined(() => statement<{ role: string }>(db, sql).get(at)?.role)
    above = parents.get(above) ?? null
    steps += 1
  }
  const isQuestionAbove = role === undefined ? steps % 2 === 1 : (role === 'assistant') === (steps % 2 === 0)
  return isQuestionAbove ? 'assistant' : 'user'
}
