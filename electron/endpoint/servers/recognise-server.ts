import type { ConnectionPurpose } from '../../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { asRecord } from '../http/server-text.ts'

interface Fingerprint {
  server: string
  path: string
  matches: (body: Record<string, unknown>) => boolean
}

/**
 * Native routes that give a server away, the most telling first: KoboldCpp imitates the routes of Ollama and
 * llama.cpp, and LM Studio answers 200 to paths it does not have, so shapes count and not statuses.
 */
const FINGERPRINTS: readonly Fingerprint[] = [
  { server: 'KoboldCpp', path: '/api/extra/version', matches: (body) => body.result === 'KoboldCpp' },
  { server: 'llama.cpp', path: '/props', matches: (body) => asRecord(body.default_generation_settings) !== null },
  { server: 'Ollama', path: '/api/version', matches: (body) => typeof body.version === 'string' },
  { server: 'LM Studio', path: '/api/v1/models', matches: (body) => hasEntries(body.models, 'loaded_instances') },
  { server: 'LM Studio', path: '/api/v0/models', matches: (body) => hasEntries(body.data, 'state') },
  { server: 'SGLang', path: '/get_model_info', matches: (body) => typeof body.model_path === 'string' },
  { server: 'vLLM', path: '/version', matches: (body) => typeof body.version === 'string' },
  {
    server: 'text-generation-webui',
    path: '/v1/internal/model/info',
    matches: (body) => typeof body.model_name === 'string',
  },
  { server: 'llama.cpp', path: '/v1/models', matches: (body) => isOwnedBy(body.data, 'llamacpp') },
  { server: 'vLLM', path: '/v1/models', matches: (body) => isOwnedBy(body.data, 'vllm') },
  { server: 'Docker Model Runner', path: '/engines/v1/models', matches: (body) => isOwnedBy(body.data, 'docker') },
]

/** The product that answers at an endpoint, by its native routes; null when none of them tells. Never throws. */
export async function recogniseServer(
  connection: EndpointConnection,
  signal: AbortSignal,
  timeoutMs: number,
  purpose: ConnectionPurpose = 'capabilities',
): Promise<string | null> {
  if (connection.kind === 'demo') return 'Demo'
  const { rootUrl } = addressOf(connection)
  const found = await Promise.all(
    FINGERPRINTS.map(async ({ server, path, matches }) => {
      try {
        const body = asRecord(await fetchJson({ connection, url: rootUrl + path, timeoutMs, signal, purpose }))
        return body !== null && matches(body) ? server : null
      } catch {
        return null
      }
    }),
  )
  return found.find((server) => server !== null) ?? null
}

function hasEntries(list: unknown, field: string): boolean {
  return Array.isArray(list) && list.some((entry) => asRecord(entry)?.[field] !== undefined)
}

function isOwnedBy(list: unknown, owner: string): boolean {
  return Array.isArray(list) && list.some((entry) => asRecord(entry)?.owned_by === owner)
}
