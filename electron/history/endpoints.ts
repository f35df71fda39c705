import { v7 as uuid } from 'uuid'
import { Waits as WaitsSchema } from '../../shared/endpoint-records.ts'
import { AppError } from '../../shared/errors.ts'
import type { Endpoint, Waits } from '../../shared/record-types.ts'
import type { Database } from './database.ts'
import { statement, transact } from './statement.ts'
import { fromJson, oneOf, toJson, wellFormed } from './stored-values.ts'

/** Whether there is a key is known where keys are kept, not here. */
export type EndpointRecord = Omit<Endpoint, 'hasKey'>

export interface EndpointChanges {
  name?: string | undefined
  baseUrl?: string | undefined
  defaultModel?: string | null | undefined
  windowTokens?: number | null | undefined
  streaming?: boolean | undefined
  waits?: Waits | undefined
  certificate?: string | null | undefined
}

/** Streaming, waits and certificate have defaults. */
export type NewEndpoint = Omit<EndpointRecord, 'id' | 'streaming' | 'waits' | 'certificate'> &
  Pick<EndpointChanges, 'streaming' | 'waits' | 'certificate'> & { id?: string | undefined; now: number }

interface StoredEndpoint {
  id: string
  name: string
  kind: string
  base_url: string
  default_model: string | null
  window_tokens: number | null
  streaming: number
  waits: string
  certificate: string | null
}

const SELECT = `
  SELECT id, name, kind, base_url, default_model, window_tokens, streaming, waits, certificate FROM endpoints`

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
export function createEndpoint(db: Database, args: NewEndpoint): EndpointRecord {
  const endpointId = args.id ?? uuid()
  const sql = `
    INSERT INTO endpoints (id, name, kind, base_url, default_model, window_tokens, streaming, waits, certificate,
      created_at)
    VALUES (:endpointId, :name, :kind, :baseUrl, :defaultModel, :windowTokens, :streaming, :waits, :certificate, :now)`
  statement(db, sql).run({
    endpointId,
    name: wellFormed(args.name),
    kind: args.kind,
    baseUrl: wellFormed(args.baseUrl),
    defaultModel: args.defaultModel === null ? null : wellFormed(args.defaultModel),
    windowTokens: args.windowTokens,
    streaming: args.streaming === false ? 0 : 1,
    waits: toJson(args.waits ?? {}),
    certificate: args.certificate ?? null,
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
    const { streaming = before.streaming, waits = before.waits, certificate = before.certificate } = changes
    const sql = `
      UPDATE endpoints
      SET name = :name, base_url = :baseUrl, default_model = :defaultModel, window_tokens = :windowTokens,
        streaming = :streaming, waits = :waits, certificate = :certificate
      WHERE id = :endpointId`
    statement(db, sql).run({
      endpointId,
      name: wellFormed(changes.name ?? before.name),
      baseUrl: wellFormed(changes.baseUrl ?? before.baseUrl),
      defaultModel: defaultModel === null ? null : wellFormed(defaultModel),
      windowTokens,
      streaming: streaming ? 1 : 0,
      waits: toJson(waits),
      certificate,
    })
    return getEndpoint(db, { endpointId })
  })
}

/** Conversations that used it stay, without an endpoint. Throws `endpoint-missing`. */
export function deleteEndpoint(db: Database, { endpointId }: { endpointId: string }): void {
  const { changes } = statement(db, 'DELETE FROM endpoints WHERE id = :endpointId').run({ endpointId })
  if (changes === 0) throw endpointMissing()
}

function fromRow(row: StoredEndpoint): EndpointRecord {
  return {
    id: row.id,
    name: row.name,
    kind: oneOf(['http', 'demo'], row.kind, 'http'),
    baseUrl: row.base_url,
    defaultModel: row.default_model,
    windowTokens: row.window_tokens,
    streaming: row.streaming !== 0,
    waits: WaitsSchema.safeParse(fromJson(row.waits)).data ?? {},
    certificate: row.certificate,
  }
}

function endpointMissing(): AppError {
  return new AppError('endpoint-missing', 'This endpoint is no longer there. Choose another one.')
}
