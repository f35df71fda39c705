import { v7 as uuidv7 } from 'uuid'
import type { CallInput } from '../../shared/contract-types.ts'
import type { Endpoint, Model } from '../../shared/record-types.ts'
import type { EndpointRecord } from '../history/endpoints.ts'
import type { History } from '../history/history.ts'
import { push } from '../ipc/push.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { readSettings, updateSettings } from '../settings/settings.ts'
import { type EndpointConnection, normaliseBaseUrl } from './address.ts'
import { rememberModels } from './model-window.ts'
import { listModels } from './servers/list-models.ts'

/** The endpoints that the person saved, with whether a key is stored but never the key. */
export async function listEndpoints(history: History, keys: KeyStore): Promise<Endpoint[]> {
  return (await history.listEndpoints({})).map((record) => withKeyMark(record, keys))
}

/** Saves a new endpoint; the first one becomes the default. @throws AppError `endpoint-address-invalid` */
export async function createEndpoint(
  history: History,
  keys: KeyStore,
  input: CallInput<'endpoints.create'>,
): Promise<Endpoint> {
  const { key, ...fields } = input
  const id = uuidv7()
  const baseUrl = fields.kind === 'demo' ? fields.baseUrl : normaliseBaseUrl(fields.baseUrl).apiBase
  if (key) await keys.setEndpointKey(id, key)
  const record = await history.createEndpoint({ ...fields, baseUrl, id, now: Date.now() })
  const stored = await history.getSettings({})
  if (!stored.defaultEndpointId) await chooseDefault(history, id)
  return withKeyMark(record, keys)
}

/**
 * Changes an endpoint. A key belongs to the origin that it was entered for: when the address moves to another origin
 * without a new key, the stored one is removed rather than shown to a stranger.
 */
export async function updateEndpoint(
  history: History,
  keys: KeyStore,
  input: CallInput<'endpoints.update'>,
): Promise<Endpoint> {
  const { endpointId, key, ...fields } = input
  const former = await history.getEndpoint({ endpointId })
  const changes = { ...fields }
  let removesKey = false
  if (fields.baseUrl !== undefined && former.kind === 'http') {
    const address = normaliseBaseUrl(fields.baseUrl)
    changes.baseUrl = address.apiBase
    removesKey = address.origin !== normaliseBaseUrl(former.baseUrl).origin
    // A certificate was accepted for the one who showed it.
    if (removesKey && fields.certificate === undefined) changes.certificate = null
  }
  // The key goes first: no moment may exist in which the new address could be sent the old key.
  if (key !== undefined) await keys.setEndpointKey(endpointId, key === '' ? null : key)
  else if (removesKey && keys.hasEndpointKey(endpointId)) await keys.setEndpointKey(endpointId, null)
  return withKeyMark(await history.updateEndpoint({ endpointId, changes }), keys)
}

/** Removes an endpoint and its key. Conversations that used it keep their text and fall back to the default. */
export async function deleteEndpoint(history: History, keys: KeyStore, endpointId: string): Promise<void> {
  await history.deleteEndpoint({ endpointId })
  await keys.setEndpointKey(endpointId, null)
  const stored = await history.getSettings({})
  if (stored.defaultEndpointId !== endpointId) return
  const next = (await history.listEndpoints({}))[0]
  await chooseDefault(history, next?.id ?? null)
}

/** How to reach a saved endpoint. @throws AppError `not-found`, `keyring-unavailable` */
export async function accessEndpoint(
  history: History,
  keys: KeyStore,
  endpointId: string,
): Promise<EndpointConnection> {
  return toAccess(history, await history.getEndpoint({ endpointId }), keys)
}

/** The same from a record at hand. The key is read from the key store for each request, and only then. */
export async function toAccess(history: History, record: EndpointRecord, keys: KeyStore): Promise<EndpointConnection> {
  const { kind, baseUrl, name, streaming, waits, certificate } = record
  const key = (await keys.getEndpointKey(record.id)) ?? null
  return { kind, baseUrl, key, name, streaming, waits, certificate, ...(await networkRules(history)) }
}

/** What the settings allow every connection. */
export async function networkRules(
  history: History,
): Promise<Pick<EndpointConnection, 'thisMachineOnly' | 'proxyUrl'>> {
  const { thisMachineOnly, proxyUrl } = await readSettings(history)
  return { thisMachineOnly, proxyUrl }
}

/** The models of a saved endpoint, asked now. What the list tells of windows is kept. */
export async function listSavedModels(
  history: History,
  keys: KeyStore,
  endpointId: string,
  signal: AbortSignal,
): Promise<Model[]> {
  const models = await listModels(await accessEndpoint(history, keys, endpointId), signal)
  await rememberModels(history, endpointId, models)
  return models
}

async function chooseDefault(history: History, endpointId: string | null): Promise<void> {
  push('settings.changed', await updateSettings(history, { defaultEndpointId: endpointId }))
}

function withKeyMark(record: EndpointRecord, keys: KeyStore): Endpoint {
  return { ...record, hasKey: keys.hasEndpointKey(record.id) }
}
