/** Reads the history for an export: one conversation at a time, messages one by one, each as the export format writes it. */
import type { FileConversationHead, FileEndpoint, FileFolder, FileMessage } from '../transfer/alcove-format.ts'
import type { Database } from './database.ts'
import { orUndefined, readAround, readAroundInTransaction } from './salvage/reads/damage.ts'
import { walkDamagedBranch } from './salvage/reads/damaged-branch.ts'
import { findLeafId, lostHead } from './salvage/reads/damaged-export.ts'
import { statement } from './statement.ts'
import { fromJson } from './stored-values.ts'

export type ExportScope = { type: 'all' } | { type: 'conversations'; conversationIds: string[] }

/** The conversations of `scope` that are there, by id. Trashed ones belong to `all`. */
export function listExportedIds(db: Database, scope: ExportScope): string[] {
  return readAround(
    () => listWholeIds(db, scope),
    () => (scope.type === 'all' ? listIdsByIndex(db) : [...new Set(scope.conversationIds)].sort()),
  )
}

/** Without a look at the conversations themselves; of those that can be read, not the hidden ones. */
function listIdsByIndex(db: Database): string[] {
  const sql = 'SELECT id FROM conversations INDEXED BY sqlite_autoindex_conversations_1 ORDER BY id'
  const hidden = 'SELECT hidden FROM conversations WHERE id = :id'
  return statement<{ id: string }>(db, sql)
    .all()
    .map(({ id }) => id)
    .filter((id) => !orUndefined(() => statement<{ hidden: string | null }>(db, hidden).get({ id })?.hidden))
}

function listWholeIds(db: Database, scope: ExportScope): string[] {
  const rows =
    scope.type === 'all'
      ? statement<{ id: string }>(db, 'SELECT id FROM conversations WHERE hidden IS NULL ORDER BY id').all()
      : statement<{ id: string }>(
          db,
          `SELECT c.id
           FROM (SELECT DISTINCT value FROM json_each(:ids)) AS wanted
           CROSS JOIN conversations AS c ON c.id = wanted.value
           ORDER BY c.id`,
        ).all({ ids: JSON.stringify(scope.conversationIds) })
  return rows.map((row) => row.id)
}

interface HeadRow {
  id: string
  title: string
  title_source: FileConversationHead['titleSource']
  created_at: number
  updated_at: number
  pinned_at: number | null
  archived_at: number | null
  trashed_at: number | null
  unread: number
  folder_id: string | null
  tags: string
  retention_days: number | null
  endpoint_id: string | null
  model: string | null
  settings: string
  source_app: string | null
  source_id: string | null
  content_hash: string | null
  active_leaf_id: string | null
  system_prompt: string
  draft_text: string | null
  draft_at: number | null
  raw_import: string | null
}

const HEAD = `
  SELECT c.*, leaf.id AS active_leaf_id, d.text AS draft_text, d.updated_at AS draft_at, (
    SELECT json_group_array(t.name ORDER BY t.name)
    FROM conversation_tags AS ct CROSS JOIN tags AS t ON t.seq = ct.tag_seq
    WHERE ct.conversation_seq = c.seq
  ) AS tags
  FROM conversations AS c
  LEFT JOIN messages AS leaf ON leaf.seq = coalesce(
    (SELECT seq FROM messages WHERE seq = c.active_leaf_seq AND conversation_seq = c.seq),
    (SELECT max(seq) FROM messages WHERE conversation_seq = c.seq))
  LEFT JOIN drafts AS d ON d.conversation_seq = c.seq
  WHERE c.id = :conversationId`

/**
 * Everything about a conversation but its messages; undefined when it is gone by now. Empty values are left out, and so is
 * what cannot be read, which is told to `onUnreadable`.
 */
export function findConversationHead(
  db: Database,
  { conversationId }: { conversationId: string },
  onUnreadable: () => void,
): FileConversationHead | undefined {
  return readAroundInTransaction(
    db,
    () => {
      const row = statement<HeadRow>(db, HEAD).get({ conversationId })
      return row && headOf(row)
    },
    () => {
      onUnreadable()
      return readHeadAlone(db, conversationId) ?? lostHead(conversationId)
    },
  )
}

const HEAD_ALONE = `
  SELECT c.*, NULL AS active_leaf_id, NULL AS draft_text, NULL AS draft_at, '[]' AS tags
  FROM conversations AS c WHERE c.id = :conversationId`

function readHeadAlone(db: Database, conversationId: string): FileConversationHead | undefined {
  return orUndefined(() => {
    const row = statement<HeadRow & { active_leaf_seq: number | null }>(db, HEAD_ALONE).get({ conversationId })
    return row && { ...headOf(row), activeLeafId: findLeafId(db, conversationId, row.active_leaf_seq) }
  })
}

function headOf(row: HeadRow): FileConversationHead {
  const tags = fromJson(row.tags) as string[]
  const settings = fromJson(row.settings)
  return {
    id: row.id,
    title: row.title,
    titleSource: row.title_source,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    pinnedAt: row.pinned_at ?? undefined,
    archivedAt: row.archived_at ?? undefined,
    trashedAt: row.trashed_at ?? undefined,
    unread: row.unread === 1 ? true : undefined,
    folderId: row.folder_id ?? undefined,
    tags: tags.length > 0 ? tags : undefined,
    retentionDays: row.retention_days ?? undefined,
    endpointId: row.endpoint_id ?? undefined,
    model: row.model ?? undefined,
    settings: row.settings === '{}' ? undefined : (settings as object),
    source: sourceOf(row),
    activeLeafId: row.active_leaf_id ?? undefined,
    systemPrompt: row.system_prompt || undefined,
    draft: row.draft_text === null ? undefined : { text: row.draft_text, updatedAt: row.draft_at ?? 0 },
    rawImport: row.raw_import ?? undefined,
    unknown: settings === undefined ? { settings: row.settings } : undefined,
  }
}

function sourceOf(row: HeadRow): FileConversationHead['source'] {
  if (row.source_app === null && row.source_id === null && row.content_hash === null) return undefined
  return {
    app: row.source_app ?? undefined,
    id: row.source_id ?? undefined,
    contentHash: row.content_hash ?? undefined,
  }
}

/** SHA-256 of nothing: the one attachment that rightly has no bytes. */
const SHA256_OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

/** The bytes of an attachment; undefined while only its name is known (see `importAttachment`). */
export function findAttachmentBytes(db: Database, { sha256 }: { sha256: string }): Buffer | undefined {
  const sql = 'SELECT bytes FROM attachments WHERE sha256 = :sha256'
  const bytes = statement<{ bytes: Buffer }>(db, sql).get({ sha256 })?.bytes
  return bytes?.length === 0 && sha256 !== SHA256_OF_NOTHING ? undefined : bytes
}

const BRANCH = `
  WITH RECURSIVE
    conversation (seq, leaf) AS (
      SELECT c.seq, coalesce(
        (SELECT seq FROM messages WHERE seq = c.active_leaf_seq AND conversation_seq = c.seq),
        (SELECT max(seq) FROM messages WHERE conversation_seq = c.seq))
      FROM conversations AS c WHERE c.id = :conversationId
    ),
    branch (seq) AS (
      SELECT leaf FROM conversation WHERE leaf IS NOT NULL
      UNION ALL
      SELECT m.parent_seq FROM branch AS b CROSS JOIN messages AS m ON m.seq = b.seq WHERE m.parent_seq IS NOT NULL
    )
  SELECT seq FROM branch ORDER BY seq`

interface PlainMessage {
  role: FileMessage['role']
  text: string
  createdAt: number
}

/**
 * The messages with text on the active branch, oldest first, read one at a time: sorting them in SQL would hold every
 * text at once. A reply being written is left out until it ends, and one that cannot be read, which is told.
 */
export function* readActiveBranch(
  db: Database,
  { conversationId }: { conversationId: string },
  onUnreadable: () => void,
): Generator<PlainMessage> {
  const sql = `SELECT role, text, created_at AS createdAt FROM messages NOT INDEXED WHERE seq = :seq AND text <> ''`
  const seqs = readAroundInTransaction(
    db,
    () =>
      statement<{ seq: number }>(db, BRANCH)
        .all({ conversationId })
        .map(({ seq }) => seq),
    () => walkDamagedBranch(db, conversationId, null).reverse(),
  )
  for (const seq of seqs) {
    const message = readAroundInTransaction(
      db,
      () => statement<PlainMessage>(db, sql).get({ seq }),
      () => {
        onUnreadable()
        return undefined
      },
    )
    if (message) yield message
  }
}

const FOLDERS = `
  SELECT id, parent_id AS parentId, name, position, created_at AS createdAt
  FROM folders
  ORDER BY id`

const FOLDERS_OF = `
  WITH RECURSIVE used (id) AS (
    SELECT c.folder_id FROM json_each(:ids) AS wanted CROSS JOIN conversations AS c ON c.id = wanted.value
    UNION
    SELECT f.parent_id FROM used CROSS JOIN folders AS f ON f.id = used.id
  )
  SELECT f.id, f.parent_id AS parentId, f.name, f.position, f.created_at AS createdAt
  FROM used CROSS JOIN folders AS f ON f.id = used.id
  ORDER BY f.id`

/** Folders by id: all of them, or those that hold the given conversations and the folders around those. */
export function listExportedFolders(db: Database, conversationIds: string[] | null): FileFolder[] {
  const rows = conversationIds
    ? statement<FileFolder>(db, FOLDERS_OF).all({ ids: JSON.stringify(conversationIds) })
    : statement<FileFolder>(db, FOLDERS).all()
  return rows.map((row) => ({ ...row, parentId: row.parentId ?? undefined }))
}

/** Every tag by name, also those that no conversation has. */
export function listExportedTags(db: Database): string[] {
  return statement<{ name: string }>(db, 'SELECT name FROM tags ORDER BY name')
    .all()
    .map((row) => row.name)
}

interface ExportedEndpoint extends Pick<FileEndpoint, 'id' | 'name' | 'kind' | 'baseUrl' | 'createdAt'> {
  defaultModel: string | null
  windowTokens: number | null
  streaming: number
  waits: string | null
  modelWindows: string
}

/**
 * Endpoints by id. Their keys are not in the history, so they cannot be among these; nor is the certificate that a person
 * accepted, because a file must not be able to bring trust with it.
 */
export function listExportedEndpoints(db: Database): FileEndpoint[] {
  const sql = `
    SELECT id, name, kind, base_url AS baseUrl, default_model AS defaultModel, window_tokens AS windowTokens, streaming,
      nullif(waits, '{}') AS waits, (
        SELECT json_group_object(model, json(value)) FROM capabilities
        WHERE endpoint_id = e.id AND source = 'user' AND name = 'window') AS modelWindows,
      created_at AS createdAt
    FROM endpoints AS e
    ORDER BY id`
  return statement<ExportedEndpoint>(db, sql)
    .all()
    .map(({ streaming, waits, modelWindows, ...row }) => ({
      id: row.id,
      name: row.name,
      kind: row.kind,
      baseUrl: row.baseUrl,
      defaultModel: row.defaultModel ?? undefined,
      windowTokens: row.windowTokens ?? undefined,
      streaming: streaming === 0 ? false : undefined,
      waits: fromJson(waits) as FileEndpoint['waits'],
      modelWindows: modelWindows === '{}' ? undefined : (fromJson(modelWindows) as FileEndpoint['modelWindows']),
      createdAt: row.createdAt,
    }))
}

/** The settings that live in the history, by key, without what it notes about itself: that changes without anybody. */
export function readExportedSettings(db: Database): Record<string, unknown> {
  const rows = statement<{ key: string; value: string }>(
    db,
    "SELECT key, value FROM settings WHERE key NOT LIKE 'history.%' ORDER BY key",
  ).all()
  return Object.fromEntries(rows.map((row) => [row.key, fromJson(row.value)]))
}
