/** What is known of each model at an endpoint: facts that the server told, that its answers showed, or a person set. */
import { CapabilityName } from '../../shared/endpoint-records.ts'
import type { Capability } from '../../shared/record-types.ts'
import type { Database } from './database.ts'
import { getEndpoint } from './endpoints.ts'
import { statement, transact } from './statement.ts'
import { fromJson, oneOf, toJson, wellFormed } from './stored-values.ts'

interface ModelRef {
  endpointId: string
  model: string
}

const SOURCES = ['server', 'learned', 'user'] as const

/** A guess is not stored. */
export type StoredSource = (typeof SOURCES)[number]

export type Fact = Pick<Capability, 'name' | 'value'>

/** Keeps facts of one source about a model; those of other sources stay beside them. Throws `endpoint-missing`. */
export function setCapabilities(
  db: Database,
  { endpointId, model, source, facts, now }: ModelRef & { source: StoredSource; facts: readonly Fact[]; now: number },
): void {
  const sql = `
    INSERT INTO capabilities (endpoint_id, model, name, source, value, updated_at)
    VALUES (:endpointId, :model, :name, :source, :value, :now)
    ON CONFLICT (endpoint_id, model, name, source) DO UPDATE
    SET value = excluded.value, updated_at = excluded.updated_at`
  transact(db, () => {
    getEndpoint(db, { endpointId })
    for (const { name, value } of facts) {
      const values = { endpointId, model: wellFormed(model), name, source, value: toJson(value), now }
      statement(db, sql).run(values)
    }
  })
}

/** Takes back one fact of one source. */
export function forgetCapability(
  db: Database,
  args: ModelRef & { name: Capability['name']; source: StoredSource },
): void {
  const sql = `
    DELETE FROM capabilities WHERE endpoint_id = :endpointId AND model = :model AND name = :name AND source = :source`
  statement(db, sql).run({ ...args })
}

/** Every fact about a model, of each source. Names and values that this version does not know are left out. */
export function getCapabilities(db: Database, { endpointId, model }: ModelRef): Capability[] {
  const sql = `
    SELECT name, source, value, updated_at AS at FROM capabilities
    WHERE endpoint_id = :endpointId AND model = :model ORDER BY name, source`
  return statement<{ name: string; source: string; value: string; at: number }>(db, sql)
    .all({ endpointId, model })
    .flatMap((row) => {
      const name = CapabilityName.safeParse(row.name).data
      const value = fromJson(row.value)
      if (name === undefined || !isValue(value)) return []
      return [{ name, value, source: oneOf(SOURCES, row.source, 'learned'), at: row.at }]
    })
}

function isValue(value: unknown): value is Capability['value'] {
  if (Array.isArray(value)) return value.every((entry) => typeof entry === 'string')
  return typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string'
}
