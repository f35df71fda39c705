/** Whole conversations from a file, put into the history in one transaction, and never over anything that is there. */
import { v7 as uuid } from 'uuid'
import type { FileConversation, FileMessage } from '../../transfer/alcove-format.ts'
import { hashExistingContent, hashImportedContent } from '../content-hash.ts'
import type { Database } from '../database.ts'
import { statement, transact } from '../statement.ts'
import { toJson } from '../stored-values.ts'
import { insertImportedMessages } from './messages.ts'
import { freePlace, type ImportPlace, placeAfter } from './place.ts'

export interface ImportOutcome {
  outcome: 'imported' | 'unchanged' | 'copied'
  /** The id that it has in the history. */
  conversationId: string
  /** Its endpoint is not set up here, so it follows the default one. */
  endpointDropped: boolean
  /** True when it was there already and lies in the trash. */
  inTrash: boolean
}

/**
 * Takes in a batch of checked conversations (JSON text of `FileConversation[]` as UTF-8: bytes cross threads without
 * being copied piece by piece), in one transaction, each of them whole or not at all.
 * One that is here with the same content is `unchanged`; one whose id (or the id of a message) is here with other
 * content is `copied` under new ids. Content is the system prompt and the messages of all branches.
 */
export function importConversations(
  db: Database,
  { batch, place }: { batch: Uint8Array; place: ImportPlace },
): { outcomes: ImportOutcome[]; place: ImportPlace; elapsedMs: number } {
  const start = performance.now()
  const conversations = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(batch)) as FileConversation[]
  const done = transact(db, () => {
    let next = place
    const outcomes = conversations.map((conversation) => {
      const result = importConversation(db, { conversation, place: next })
      next = result.place
      return result.outcome
    })
    return { outcomes, place: next }
  })
  return { ...done, elapsedMs: performance.now() - start }
}

function importConversation(
  db: Database,
  { conversation, place }: { conversation: FileConversation; place: ImportPlace },
): { outcome: ImportOutcome; place: ImportPlace } {
  const judgement = judge(db, conversation)
  if (judgement.verdict === 'unchanged') return { outcome: toUnchanged(judgement.known), place }
  const isCopy = judgement.verdict === 'taken'
  const stored = isCopy ? withNewIds(conversation) : conversation
  const free = freePlace(db, place, stored.messages.length)
  const seq = free.conversation
  insertConversation(db, { conversation: stored, place: free, hidden: null })
  insertImportedMessages(db, { messages: stored.messages, conversationSeq: seq, firstSeq: free.message })
  completeConversation(db, { conversation: stored, seq })
  return {
    outcome: {
      outcome: isCopy ? 'copied' : 'imported',
      conversationId: stored.id,
      endpointDropped: isEndpointDropped(db, stored),
      inTrash: false,
    },
    place: placeAfter(free, stored.messages.length),
  }
}

/** What becomes of a conversation of a file: it is here with the same content, its ids are in use here, or it is new. */
export type Judgement = { verdict: 'unchanged'; known: Known } | { verdict: 'taken' } | { verdict: 'new' }

/** The first of `known` with this content; `hashSame` is the content hash of the conversation with the same id. */
export function findUnchanged(known: Known[], contentHash: string, hashSame: string | undefined): Known | undefined {
  return known.find((one) => contentHash === (one.contentHash ?? hashSame))
}

export function toUnchanged({ id, inTrash }: Known): ImportOutcome {
  return { outcome: 'unchanged', conversationId: id, endpointDropped: false, inTrash: inTrash === 1 }
}

/** Whether its endpoint is not set up here. */
export function isEndpointDropped(db: Database, { endpointId }: { endpointId?: string | undefined }): boolean {
  if (endpointId === undefined) return false
  return statement(db, 'SELECT 1 FROM endpoints WHERE id = :endpointId').get({ endpointId }) === undefined
}

/** One that a conversation of a file may be: with the same id, or a copy that a former import made of it. */
export interface Known {
  id: string
  inTrash: number
  /** Null for the one with the same id: its content may have changed since. */
  contentHash: string | null
}

/** One that is being erased is as good as gone. */
export function findKnown(db: Database, { conversationId }: { conversationId: string }): Known[] {
  const sql = `
    SELECT id, trashed_seq IS NOT NULL AS inTrash, NULL AS contentHash FROM conversations
    WHERE id = :conversationId AND hidden IS NULL
    UNION ALL
    SELECT id, trashed_seq IS NOT NULL AS inTrash, content_hash AS contentHash FROM conversations
    WHERE source_app = 'alcove' AND source_id = :conversationId AND content_hash IS NOT NULL AND hidden IS NULL`
  return statement<Known>(db, sql).all({ conversationId })
}

/** Whether a conversation with this id, or a message with one of these, is in the history, hidden or not. */
export function areIdsTaken(
  db: Database,
  { conversationId, messageIds }: { conversationId: string; messageIds: string[] },
): boolean {
  if (statement(db, 'SELECT 1 FROM conversations WHERE id = :conversationId').get({ conversationId })) return true
  const sql = 'SELECT 1 FROM messages WHERE id = :id'
  return messageIds.some((id) => statement(db, sql).get({ id }) !== undefined)
}

function judge(db: Database, conversation: FileConversation): Judgement {
  const { id: conversationId, messages } = conversation
  const known = findKnown(db, { conversationId })
  // Hashing reads everything, so it is only done for what may be known.
  if (known.length > 0) {
    const isSame = known.some(({ contentHash }) => contentHash === null)
    const hashSame = isSame ? hashExistingContent(db, { conversationId }) : undefined
    const unchanged = findUnchanged(known, hashImportedContent(conversation), hashSame)
    if (unchanged) return { verdict: 'unchanged', known: unchanged }
  }
  const isTaken = areIdsTaken(db, { conversationId, messageIds: messages.map(({ id }) => id) })
  return { verdict: isTaken ? 'taken' : 'new' }
}

/** The same conversation under new ids, with what it came from, so that importing it again finds it. */
export function withNewIds(conversation: FileConversation): FileConversation {
  const ids = new Map(conversation.messages.map(({ id }) => [id, uuid()]))
  const renamed = (id: string | undefined) => (id === undefined ? undefined : (ids.get(id) ?? id))
  return {
    ...conversation,
    id: uuid(),
    activeLeafId: renamed(conversation.activeLeafId),
    source: { app: 'alcove', id: conversation.id, contentHash: hashImportedContent(conversation) },
    messages: conversation.messages.map(
      (message): FileMessage => ({
        ...message,
        id: ids.get(message.id) ?? uuid(),
        parentId: renamed(message.parentId),
        editedFromId: renamed(message.editedFromId),
      }),
    ),
  }
}

/** Its row alone; `hidden` while it takes several transactions until it is whole. */
export function insertConversation(
  db: Database,
  { conversation, place, hidden }: { conversation: FileConversation; place: ImportPlace; hidden: 'importing' | null },
): void {
  const sql = `
    INSERT INTO conversations (seq, id, activity_seq, trashed_seq, hidden, title_source, endpoint_id, model, folder_id, created_at,
      updated_at, pinned_at, archived_at, trashed_at, unread, retention_days, source_app, source_id, content_hash, title,
      settings, system_prompt, raw_import)
    VALUES (:seq, :id, :activity, :trashed, :hidden, :titleSource, (SELECT id FROM endpoints WHERE id = :endpointId), :model,
      (SELECT id FROM folders WHERE id = :folderId), :createdAt, :updatedAt, :pinnedAt, :archivedAt, :trashedAt, :unread,
      :retentionDays, :sourceApp, :sourceId, :contentHash, :title, :settings, :systemPrompt, :rawImport)`
  const { source, trashedAt = null } = conversation
  statement(db, sql).run({
    seq: place.conversation,
    id: conversation.id,
    activity: place.activity,
    hidden,
    trashed: trashedAt === null ? null : place.trashed,
    titleSource: conversation.titleSource,
    endpointId: conversation.endpointId ?? null,
    model: conversation.model ?? null,
    folderId: conversation.folderId ?? null,
    createdAt: conversation.createdAt,
    updatedAt: conversation.updatedAt,
    pinnedAt: conversation.pinnedAt ?? null,
    archivedAt: conversation.archivedAt ?? null,
    trashedAt,
    unread: conversation.unread ? 1 : 0,
    retentionDays: conversation.retentionDays ?? null,
    sourceApp: source?.app ?? null,
    sourceId: source?.id ?? null,
    contentHash: source?.contentHash ?? null,
    title: conversation.title,
    settings: toJson(conversation.settings) ?? '{}',
    systemPrompt: conversation.systemPrompt ?? '',
    rawImport: conversation.rawImport ?? null,
  })
}

/** After its messages: what names them or it. The leaf is the one that the file names, else the newest message. */
export function completeConversation(
  db: Database,
  { conversation, seq }: { conversation: FileConversation; seq: number },
): void {
  const { tags, draft, activeLeafId = null } = conversation
  const setLeaf = `
    UPDATE conversations SET active_leaf_seq = coalesce(
      (SELECT seq FROM messages WHERE id = :activeLeafId AND conversation_seq = :seq),
      (SELECT max(seq) FROM messages WHERE conversation_seq = :seq))
    WHERE seq = :seq`
  statement(db, setLeaf).run({ seq, activeLeafId })
  const addToTag =
    'INSERT INTO conversation_tags (conversation_seq, tag_seq) VALUES (:seq, :tagSeq) ON CONFLICT DO NOTHING'
  for (const name of tags ?? []) statement(db, addToTag).run({ seq, tagSeq: addTag(db, name) })
  const addDraft = 'INSERT INTO drafts (conversation_seq, updated_at, text) VALUES (:seq, :updatedAt, :text)'
  if (draft) statement(db, addDraft).run({ seq, updatedAt: draft.updatedAt, text: draft.text })
}

export function addTag(db: Database, name: string): number {
  statement(db, 'INSERT INTO tags (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING').run({ id: uuid(), name })
  return statement<{ seq: number }>(db, 'SELECT seq FROM tags WHERE name = :name').get({ name })?.seq ?? 0
}
