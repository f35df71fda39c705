/** Puts what an export file holds into the history: whole conversations only, and never over anything that is there. */
import { v7 as uuid } from 'uuid'
import type { FileConversation, FileEndpoint, FileFolder, FileMessage } from '../transfer/alcove-format.ts'
import { hashExistingContent, hashImportedContent } from './content-hash.ts'
import type { Database } from './database.ts'
import { insertImportedMessages } from './import-messages.ts'
import { statement, transact } from './statement.ts'
import { toJson } from './stored-values.ts'

/** The next `seq` of each kind for what is imported: all below what is there, so that newest-first stays true. */
export interface ImportPlace {
  conversation: number
  message: number
  activity: number
  trashed: number
}

export interface ImportOutcome {
  outcome: 'imported' | 'unchanged' | 'copied'
  /** The id that it has in the history. */
  conversationId: string
  /** Its endpoint is not set up here, so it follows the default one. */
  endpointDropped: boolean
  /** True when it was there already and lies in the trash. */
  inTrash: boolean
}

const LOWEST = `
  SELECT (SELECT coalesce(min(seq), 1) FROM conversations) AS conversation,
    (SELECT coalesce(min(seq), 1) FROM messages) AS message,
    (SELECT coalesce(min(activity_seq), 1) FROM conversations) AS activity,
    (SELECT coalesce(min(trashed_seq), 1) FROM conversations WHERE trashed_seq IS NOT NULL) AS trashed`

/**
 * Where an import of at most `messagesAtMost` messages (and as many conversations) may begin. `fresh` tells that nobody
 * has used this history yet, so that the settings and endpoints of a file may become its own.
 */
export function beginImport(
  db: Database,
  { messagesAtMost }: { messagesAtMost: number },
): { place: ImportPlace; fresh: boolean } {
  const sql = 'SELECT NOT EXISTS (SELECT 1 FROM messages) AND NOT EXISTS (SELECT 1 FROM endpoints) AS fresh'
  return { place: placeBelow(db, messagesAtMost), fresh: statement<{ fresh: number }>(db, sql).get()?.fresh === 1 }
}

function placeBelow(db: Database, count: number): ImportPlace {
  const lowest = statement<ImportPlace>(db, LOWEST).get() ?? { conversation: 1, message: 1, activity: 1, trashed: 1 }
  return {
    conversation: Math.min(0, lowest.conversation) - count,
    message: Math.min(0, lowest.message) - count,
    activity: Math.min(0, lowest.activity) - count,
    trashed: Math.min(0, lowest.trashed) - count,
  }
}

/**
 * Adds folders and tags that are not there by id (tags by name), and, only to a `fresh` history, the settings and
 * endpoints. Nothing that is there changes. Folders whose parent is unknown or in a circle go to the top.
 */
export function importSurroundings(
  db: Database,
  args: {
    fresh: boolean
    folders: FileFolder[]
    tags: string[]
    endpoints: FileEndpoint[]
    settings: Record<string, unknown>
  },
): void {
  transact(db, () => {
    for (const name of args.tags) addTag(db, name)
    addFolders(db, args.folders)
    if (!args.fresh) return
    for (const endpoint of args.endpoints) addEndpoint(db, endpoint)
    const sql = 'INSERT INTO settings (key, value) VALUES (:key, :value) ON CONFLICT DO NOTHING'
    for (const [key, value] of Object.entries(args.settings))
      statement(db, sql).run({ key, value: toJson(value) ?? 'null' })
  })
}

function addFolders(db: Database, folders: FileFolder[]): void {
  const insert = `
    INSERT INTO folders (id, name, position, created_at) VALUES (:id, :name, :position, :createdAt)
    ON CONFLICT DO NOTHING`
  const added = folders.filter(
    ({ id, name, position, createdAt }) => statement(db, insert).run({ id, name, position, createdAt }).changes > 0,
  )
  // Only a folder that the new one is not already around may hold it.
  const setParent = `
    UPDATE folders SET parent_id = :parentId
    WHERE id = :id AND EXISTS (SELECT 1 FROM folders WHERE id = :parentId) AND :id NOT IN (
      WITH RECURSIVE above (id) AS (
        SELECT :parentId UNION SELECT f.parent_id FROM above AS a CROSS JOIN folders AS f ON f.id = a.id
        WHERE f.parent_id IS NOT NULL
      )
      SELECT id FROM above
    )`
  for (const { id, parentId } of added) if (parentId) statement(db, setParent).run({ id, parentId })
}

function addEndpoint(db: Database, endpoint: FileEndpoint): void {
  const sql = `
    INSERT INTO endpoints (id, name, kind, base_url, default_model, window_tokens, created_at)
    VALUES (:id, :name, :kind, :baseUrl, :defaultModel, :windowTokens, :createdAt)
    ON CONFLICT DO NOTHING`
  const { defaultModel = null, windowTokens = null, ...known } = endpoint
  statement(db, sql).run({ ...known, defaultModel, windowTokens })
}

function addTag(db: Database, name: string): number {
  statement(db, 'INSERT INTO tags (id, name) VALUES (:id, :name) ON CONFLICT DO NOTHING').run({ id: uuid(), name })
  return statement<{ seq: number }>(db, 'SELECT seq FROM tags WHERE name = :name').get({ name })?.seq ?? 0
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
): { outcomes: ImportOutcome[]; place: ImportPlace } {
  const conversations = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(batch)) as FileConversation[]
  return transact(db, () => {
    let next = place
    const outcomes = conversations.map((conversation) => {
      const result = importConversation(db, { conversation, place: next })
      next = result.place
      return result.outcome
    })
    return { outcomes, place: next }
  })
}

function importConversation(
  db: Database,
  { conversation, place }: { conversation: FileConversation; place: ImportPlace },
): { outcome: ImportOutcome; place: ImportPlace } {
  const known = findUnchanged(db, conversation)
  if (known) {
    const inTrash = known.inTrash === 1
    return { outcome: { outcome: 'unchanged', conversationId: known.id, endpointDropped: false, inTrash }, place }
  }
  const isCopy = isIdTaken(db, conversation)
  const stored = isCopy ? withNewIds(conversation) : conversation
  const free = freePlace(db, place, stored.messages.length)
  // Nested, so a savepoint: what this one wrote goes when it cannot be kept whole, the rest of the batch stays.
  db.transaction(() => insertConversation(db, stored, free))()
  return {
    outcome: {
      outcome: isCopy ? 'copied' : 'imported',
      conversationId: stored.id,
      endpointDropped: stored.endpointId !== undefined && !isEndpoint(db, stored.endpointId),
      inTrash: false,
    },
    place: {
      conversation: free.conversation + 1,
      message: free.message + stored.messages.length,
      activity: free.activity + 1,
      trashed: free.trashed + 1,
    },
  }
}

interface Known {
  id: string
  inTrash: number
}

/** The same conversation, or the copy that a former import of the same content made of it. */
function findUnchanged(db: Database, conversation: FileConversation): Known | undefined {
  const { id } = conversation
  const findSame = 'SELECT id, trashed_seq IS NOT NULL AS inTrash FROM conversations WHERE id = :id'
  const findCopies = `
    SELECT id, content_hash AS contentHash, trashed_seq IS NOT NULL AS inTrash FROM conversations
    WHERE source_app = 'alcove' AND source_id = :id`
  const same = statement<Known>(db, findSame).get({ id })
  const copies = statement<Known & { contentHash: string | null }>(db, findCopies).all({ id })
  // Hashing reads everything, so it is only done for what may be known.
  if (!same && copies.length === 0) return undefined
  const contentHash = hashImportedContent(conversation)
  if (same && contentHash === hashExistingContent(db, { conversationId: id })) return same
  return copies.find((copy) => copy.contentHash === contentHash)
}

function isIdTaken(db: Database, { id, messages }: FileConversation): boolean {
  if (statement(db, 'SELECT 1 FROM conversations WHERE id = :id').get({ id })) return true
  const sql = 'SELECT 1 FROM messages WHERE id = :id'
  return messages.some((message) => statement(db, sql).get({ id: message.id }) !== undefined)
}

/** The same conversation under new ids, with what it came from, so that importing it again finds it. */
function withNewIds(conversation: FileConversation): FileConversation {
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

const TAKEN = `
  SELECT EXISTS (SELECT 1 FROM conversations WHERE seq = :conversation)
    OR EXISTS (SELECT 1 FROM conversations WHERE activity_seq = :activity)
    OR EXISTS (SELECT 1 FROM conversations WHERE trashed_seq = :trashed AND trashed_seq IS NOT NULL)
    OR EXISTS (SELECT 1 FROM messages WHERE seq >= :message AND seq < :message + :count) AS taken`

/** `place`, unless something was written into it meanwhile (an empty history counts up from the first import). */
function freePlace(db: Database, place: ImportPlace, count: number): ImportPlace {
  const taken = statement<{ taken: number }>(db, TAKEN).get({ ...place, count })?.taken === 1
  return taken ? placeBelow(db, count + 1) : place
}

function insertConversation(db: Database, conversation: FileConversation, place: ImportPlace): void {
  const sql = `
    INSERT INTO conversations (seq, id, activity_seq, trashed_seq, title_source, endpoint_id, model, folder_id, created_at,
      updated_at, pinned_at, archived_at, trashed_at, unread, retention_days, source_app, source_id, content_hash, title,
      settings, system_prompt, raw_import)
    VALUES (:seq, :id, :activity, :trashed, :titleSource, (SELECT id FROM endpoints WHERE id = :endpointId), :model,
      (SELECT id FROM folders WHERE id = :folderId), :createdAt, :updatedAt, :pinnedAt, :archivedAt, :trashedAt, :unread,
      :retentionDays, :sourceApp, :sourceId, :contentHash, :title, :settings, :systemPrompt, :rawImport)`
  const { source, trashedAt = null } = conversation
  statement(db, sql).run({
    seq: place.conversation,
    id: conversation.id,
    activity: place.activity,
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
  const leafSeq = insertImportedMessages(db, {
    conversation,
    conversationSeq: place.conversation,
    firstSeq: place.message,
  })
  insertAround(db, conversation, place.conversation, leafSeq)
}

function insertAround(db: Database, { tags, draft }: FileConversation, seq: number, leafSeq: number | null): void {
  statement(db, 'UPDATE conversations SET active_leaf_seq = :leafSeq WHERE seq = :seq').run({ seq, leafSeq })
  const addToTag =
    'INSERT INTO conversation_tags (conversation_seq, tag_seq) VALUES (:seq, :tagSeq) ON CONFLICT DO NOTHING'
  for (const name of tags ?? []) statement(db, addToTag).run({ seq, tagSeq: addTag(db, name) })
  const addDraft = 'INSERT INTO drafts (conversation_seq, updated_at, text) VALUES (:seq, :updatedAt, :text)'
  if (draft) statement(db, addDraft).run({ seq, updatedAt: draft.updatedAt, text: draft.text })
}

function isEndpoint(db: Database, id: string): boolean {
  return statement(db, 'SELECT 1 FROM endpoints WHERE id = :id').get({ id }) !== undefined
}

/**
 * Fills in the bytes of an attachment that an imported message names. Returns false, and changes nothing, when no
 * message names it. Its hash is checked by the caller.
 */
export function importAttachment(db: Database, { sha256, bytes }: { sha256: string; bytes: Uint8Array }): boolean {
  const fill = `
    UPDATE attachments SET bytes = :bytes, size_bytes = :sizeBytes WHERE sha256 = :sha256 AND size_bytes = 0`
  if (statement(db, fill).run({ sha256, bytes, sizeBytes: bytes.byteLength }).changes > 0) return true
  return statement(db, 'SELECT 1 FROM attachments WHERE sha256 = :sha256').get({ sha256 }) !== undefined
}

const PLACE_IN_LIST = `
  UPDATE conversations SET activity_seq = (SELECT min(activity_seq) FROM conversations) - 1
  WHERE id = :id`
const PLACE_IN_TRASH = `
  UPDATE conversations
  SET trashed_seq = (SELECT min(trashed_seq) FROM conversations WHERE trashed_seq IS NOT NULL) - 1
  WHERE id = :id AND trashed_seq IS NOT NULL`

/** Puts imported conversations below all others in the list (or in the trash), in the given order: newest first. */
export function orderImported(
  db: Database,
  { view, conversationIds }: { view: 'active' | 'trash'; conversationIds: string[] },
): void {
  const sql = view === 'trash' ? PLACE_IN_TRASH : PLACE_IN_LIST
  transact(db, () => {
    for (const id of conversationIds) statement(db, sql).run({ id })
  })
}

/** Keeps the report of an import. */
export function recordImport(
  db: Database,
  { id, fileName, report, now }: { id: string; fileName: string; report: unknown; now: number },
): void {
  const sql = `
    INSERT INTO imports (id, source_app, file_name, created_at, report)
    VALUES (:id, 'alcove', :fileName, :now, :report)`
  statement(db, sql).run({ id, fileName, now, report: toJson(report) ?? 'null' })
}
