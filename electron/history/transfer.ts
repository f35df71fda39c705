/** The parts of an import beside its conversations: what these stand in, their attachments, their order, the report. */
import type { FileEndpoint, FileFolder } from '../transfer/alcove-format.ts'
import { setCapabilities } from './capabilities.ts'
import type { Database } from './database.ts'
import { addTag } from './import/conversations.ts'
import { type ImportPlace, placeBelow } from './import/place.ts'
import { statement, transact } from './statement.ts'
import { toJson } from './stored-values.ts'

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
    INSERT INTO endpoints (id, name, kind, base_url, default_model, window_tokens, streaming, waits, created_at)
    VALUES (:id, :name, :kind, :baseUrl, :defaultModel, :windowTokens, :streaming, :waits, :createdAt)
    ON CONFLICT DO NOTHING`
  const { defaultModel = null, windowTokens = null, streaming, waits = {}, modelWindows = {}, ...known } = endpoint
  const values = { ...known, defaultModel, windowTokens, streaming: streaming === false ? 0 : 1, waits: toJson(waits) }
  if (statement(db, sql).run(values).changes === 0) return
  for (const [model, value] of Object.entries(modelWindows)) {
    const facts = [{ name: 'window', value }] as const
    setCapabilities(db, { endpointId: endpoint.id, model, source: 'user', facts, now: endpoint.createdAt })
  }
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
