import { knownServers } from '../../../shared/known-servers.ts'
import type { Model } from '../../../shared/record-types.ts'
import type { EndpointConnection } from '../address.ts'
import { listModels } from './list-models.ts'
import { recogniseServer } from './recognise-server.ts'

const PORT_TIMEOUT_MS = 500

export interface FoundServer {
  server: string
  baseUrl: string
  models: Model[]
}

interface LocalSearch {
  signal: AbortSignal
  /** Ports of 127.0.0.1 to look at; the well-known ones unless told otherwise. */
  ports?: readonly number[]
}

/**
 * Looks for model servers on this computer: well-known ports of 127.0.0.1, all at once, half a second each. Nothing
 * else is ever contacted, and nothing at all unless this is called. A server that is found may still be loading or
 * want a key; then its list of models is empty.
 */
export async function searchLocal({ signal, ports }: LocalSearch): Promise<FoundServer[]> {
  const candidates = ports?.map((port) => ({ port, path: '/v1' })) ?? knownServers
  const found = await Promise.all(candidates.map(({ port, path }) => lookAt(`http://127.0.0.1:${port}${path}`, signal)))
  return found.filter((server) => server !== null)
}

async function lookAt(baseUrl: string, signal: AbortSignal): Promise<FoundServer | null> {
  const connection: EndpointConnection = { kind: 'http', baseUrl, key: null }
  const [models, server] = await Promise.all([
    listModels(connection, signal, PORT_TIMEOUT_MS, 'search').catch(() => null),
    recogniseServer(connection, signal, PORT_TIMEOUT_MS, 'search'),
  ])
  if (models === null && server === null) return null
  return { server: server ?? 'OpenAI-compatible', baseUrl, models: models ?? [] }
}
