import { v7 as uuid } from 'uuid'
import { AppError } from '../../shared/errors.ts'
import type { Endpoint, WindowSource } from '../../shared/record-types.ts'
import type { Database } from './database.ts'
import { statement, transact } from './statement.ts'
import { oneOf, wellFormed } from './stored-values.ts'

/** Whether there is a key is known where keys are kept, not here. */
export type EndpointRecord = Omit<Endpoint, 'hasKey'>

export interface EndpointChanges {
  name?: string | undefined
  baseUrl?: string | undefined
  defaultModel?: string | null | undefined
  windowTokens?: number | null | undefined
}

interface StoredEndpoint {
  id: string
  name: string
  kind: string
  base_url: string
  default_model: string | null
  window_tokens: number | null
}

const SELECT = 'SELECT id, name, kind, base_url, default_model, window_tokens FROM endpoints'

/** In the order in which they were added. */
export function listEndpoints(db: Database, _args: Record<string, never>): EndpointRecord[] {
  return statement<StoredEndpoint>(db, `${SELECT} ORDER BY seq`).all().map(fromRow)
}

/** Throws `endpoint-missing`. */
export function getEndpoint(db: Database, { endpointId }: { endpointId: string }): EndpointRecord {
  const row = statement<StoredEndpoint>(db, `${SELECT} WHERE id = :endpointId`).get({ endpointId })
  if (!row) throw endpointMissing()
  return fromRow(row)
}

/** Throws `conflict` when the id is taken. */
export function createEndpoint(
  db: Database,
  args: Omit<EndpointRecord, 'id'> & { id?: string | undefined; now: number },
): EndpointRecord {
  const endpointId = args.id ?? uuid()
  const sql = `
    INSERT INTO endpoints (id, name, kind, base_url, default_model, window_tokens, created_at)
    VALUES (:endpointId, :name, :kind, :baseUrl, :defaultModel, :windowTokens, :now)`
  statement(db, sql).run({
    endpointId,
    name: wellFormed(args.name),
    kind: args.kind,
    baseUrl: wellFormed(args.baseUrl),
    defaultModel: args.defaultModel === null ? null : wellFormed(args.defaultModel),
    windowTokens: args.windowTokens,
    now: args.now,
  })
  return getEndpoint(db, { endpointId })
}

/** Absent changes keep what is there. Throws `endpoint-missing`. */
export function updateEndpoint(
  db: Database,
  { endpointId, changes }: { endpointId: string; changes: EndpointChanges },
): EndpointRecord {
  return transact(db, () => {
    const before = getEndpoint(db, { endpointId })
    const { defaultModel = before.defaultModel, windowTokens = before.windowTokens } = changes
    const sql = `
      UPDATE endpoints
      SET name = :name, base_url = :baseUrl, default_model = :defaultModel, window_tokens = :windowTokens
      WHERE id = :endpointId`
    statement(db, sql).run({
      endpointId,
      name: wellFormed(changes.name ?? before.name),
      baseUrl: wellFormed(changes.baseUrl ?? before.baseUrl),
      defaultModel: defaultModel === null ? null : wellFormed(defaultModel),
      windowTokens,
    })
    return getEndpoint(db, { endpointId })
  })
}

/** Conversations that used it stay, without an endpoint. Throws `endpoint-missing`. */
export function deleteEndpoint(db: Database, { endpointId }: { endpointId: string }): void {
  const { changes } = statement(db, 'DELETE FROM endpoints WHERE id = :endpointId').run({ endpointId })
  if (changes === 0) throw endpointMissing()
}

/** Remembers how many tokens the context window of a model at an endpoint holds. Throws `endpoint-missing`. */
export function setModelWindow(
  db: Database,
  args: { endpointId: string; model: string; windowTokens: number; source: WindowSource; now: number },
): void {
  getEndpoint(db, { endpointId: args.endpointId })
  const sql = `
    INSERT INTO endpoint_models (endpoint_id, model, window_tokens, window_source, updated_at)
    VALUES (:endpointId, :model, :windowTokens, :source, :now)
    ON CONFLICT (endpoint_id, model) DO UPDATE
    SET window_tokens = excluded.window_tokens, window_source = excluded.window_source, updated_at = excluded.updated_at`
  statement(db, sql).run({ ...args, model: wellFormed(args.model) })
}

/** Null when nothing is known of that model at that endpoint. */
export function getModelWindow(
  db: Database,
  { endpointId, model }: { endpointId: string; model: string },
): { windowTokens: number; source: WindowSource } | null {
  const sql = `
    SELECT window_tokens, window_source FROM endpoint_models WHERE endpoint_id = :endpointId AND model = :model`
  const row = statement<{ window_tokens: number; window_source: string }>(db, sql).get({ endpointId, model })
  if (!row) return null
  return {
    windowTokens: row.window_tokens,
    source: oneOf(['server', 'user', 'assumed'], row.window_source, 'assumed'),
  }
}

function fromRow(row: StoredEndpoint): EndpointRecord {
  return {
    id: row.id,
    name: row.name,
    kind: oneOf(['http', 'demo'], row.kind, 'http'),
    baseUrl: row.base_url,
    defaultModel: row.default_model,
    windowTokens: row.window_tokens,
  }
}

function endpointMissing(): AppError {
  return new AppError('endpoint-missing', 'This endpoint is no longer there. Choose another one.')
}
