import type { ConnectionPurpose } from '../../../shared/record-types.ts'
import { addressOf, type EndpointConnection } from '../address.ts'
import { fetchJson } from '../http/fetch-json.ts'
import { asRecord } from '../http/server-text.ts'
import { askRoute, listIn } from './native-routes.ts'

const PATHS = [
  '/api/extra/version',
  '/props',
  '/.well-known/localai.json',
  '/system',
  '/api/version',
  '/api/v1/models',
  '/api/v0/models',
  '/get_model_info',
  '/v1/internal/model/info',
  '/version',
  '/health',
] as const

type Answers = { [P in (typeof PATHS)[number] | 'models']?: Record<string, unknown> | null }

interface Fingerprint {
  server: string
  matches: (answers: Answers) => boolean
}

/**
 * What gives a server away, the most telling first: KoboldCpp imitates the routes of Ollama and llama.cpp, LocalAI has
 * `/version` as vLLM does, and LM Studio answers 200 to paths it does not have, so shapes count and not statuses.
 */
const FINGERPRINTS: readonly Fingerprint[] = [
  { server: 'KoboldCpp', matches: (at) => at['/api/extra/version']?.result === 'KoboldCpp' },
  { server: 'LocalAI', matches: isLocalAi },
  { server: 'llama.cpp', matches: (at) => asRecord(at['/props']?.default_generation_settings) !== null },
  { server: 'Ollama', matches: (at) => typeof at['/api/version']?.version === 'string' },
  {
    server: 'LM Studio',
    matches: (at) =>
      listIn(at['/api/v1/models'], 'models').some(({ loaded_instances }) => loaded_instances !== undefined) ||
      listIn(at['/api/v0/models'], 'data').some(({ state }) => state !== undefined),
  },
  { server: 'SGLang', matches: (at) => typeof at['/get_model_info']?.model_path === 'string' },
  { server: 'text-generation-webui', matches: (at) => 'model_name' in (at['/v1/internal/model/info'] ?? {}) },
  { server: 'llama.cpp', matches: isOwnedBy('llamacpp') },
  { server: 'vLLM', matches: isOwnedBy('vllm') },
  { server: 'Docker Model Runner', matches: isOwnedBy('docker') },
  { server: 'GPT4All', matches: isOwnedBy('humanity') },
  { server: 'Jan', matches: isOwnedBy('llama.cpp', 'jan') },
  { server: 'LocalAI', matches: isOwnedBy('localai') },
  // Its list wants a key that its version does not.
  { server: 'vLLM', matches: (at) => !at.models && typeof at['/version']?.version === 'string' },
  { server: 'mlx-lm', matches: isMlx },
]

/** The product that answers at an endpoint, by its native routes; null when none of them tells. Never throws. */
export async function recogniseServer(
  connection: EndpointConnection,
  signal: AbortSignal,
  timeoutMs: number,
  purpose: ConnectionPurpose = 'capabilities',
): Promise<string | null> {
  if (connection.kind === 'demo') return 'Demo'
  const query = { connection, signal, timeoutMs, purpose }
  const answers = await Promise.all([
    askList({ ...query, url: `${addressOf(connection).apiBase}/models` }),
    ...PATHS.map(async (path) => [path, await askRoute(query, path)] as const),
  ])
  const at: Answers = Object.fromEntries(answers)
  return FINGERPRINTS.find(({ matches }) => matches(at))?.server ?? null
}

async function askList(query: Parameters<typeof fetchJson>[0]) {
  try {
    return ['models', asRecord(await fetchJson(query))] as const
  } catch {
    return ['models', null] as const
  }
}

function isLocalAi(at: Answers): boolean {
  const system = at['/system']
  return (
    typeof at['/.well-known/localai.json']?.version === 'string' ||
    (Array.isArray(system?.backends) && Array.isArray(system.loaded_models))
  )
}

function isOwnedBy(...owners: string[]): (at: Answers) => boolean {
  return (at) => listIn(at.models, 'data').some(({ owned_by }) => owners.some((owner) => owner === owned_by))
}

/** It names no owner of its models, and has no route that others do not have. */
function isMlx(at: Answers): boolean {
  const models = listIn(at.models, 'data')
  const isUnowned =
    models.length > 0 && models.every(({ owned_by, object }) => owned_by === undefined && object === 'model')
  return isUnowned && at['/health']?.status === 'ok'
}
