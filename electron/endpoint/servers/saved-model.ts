import type { CallInput, StreamInput, StreamPart } from '../../../shared/contract-types.ts'
import type { EndpointTest } from '../../../shared/record-types.ts'
import type { EndpointRecord } from '../../history/endpoints.ts'
import type { History } from '../../history/history.ts'
import type { KeyStore } from '../../keys/key-store.ts'
import { readSettings } from '../../settings/settings.ts'
import { knownCapabilities, learn } from '../capabilities.ts'
import { knownWindow } from '../model-window.ts'
import { accessEndpoint, networkRules } from '../saved-endpoints.ts'
import { checkCapabilities } from './check/check-capabilities.ts'
import { testEndpoint } from './test-connection.ts'
import { neededWindow } from './window/needed-window.ts'

/** Tests an address that is not saved yet. */
export async function testAddress(
  history: History,
  { baseUrl, key, certificate = null }: CallInput<'endpoints.testAddress'>,
  signal: AbortSignal,
): Promise<EndpointTest> {
  const endpoint = { kind: 'http', baseUrl, key, certificate, ...(await networkRules(history)) } as const
  return testEndpoint({ endpoint, signal, neededTokens: await neededTokens(history) })
}

/** Tests a saved endpoint, and keeps what it tells of the window of the model that would answer. */
export async function testSavedEndpoint(
  history: History,
  keys: KeyStore,
  endpointId: string,
  signal: AbortSignal,
): Promise<EndpointTest> {
  const record = await history.getEndpoint({ endpointId })
  const endpoint = await accessEndpoint(history, keys, endpointId)
  const model = record.defaultModel
  const test = await testEndpoint({ endpoint, signal, model, neededTokens: await neededTokens(history) })
  if (test.window === null) return test
  const { source, tokens, trainedTokens } = test.window
  const facts = [
    ...(source === 'server' ? [{ name: 'window', value: tokens } as const] : []),
    ...(trainedTokens === null ? [] : [{ name: 'trained-window', value: trainedTokens } as const]),
  ]
  await learn(history, endpointId, test.window.model, 'server', facts)
  return { ...test, window: await asReplied(history, record, test.window) }
}

/** Checks a model of a saved endpoint. What is found is kept at once, so that a cancelled check has not been for nothing. */
export async function* checkSavedModel(
  history: History,
  keys: KeyStore,
  { endpointId, model }: StreamInput<'endpoints.check'>,
  signal: AbortSignal,
): AsyncGenerator<StreamPart<'endpoints.check'>, void, undefined> {
  const connection = await accessEndpoint(history, keys, endpointId)
  for await (const event of checkCapabilities(connection, model, signal)) {
    if (event.type === 'check-progress') yield event
    else await learn(history, endpointId, model, event.source, event.facts)
  }
  if (!signal.aborted) yield { type: 'check-end', capabilities: await knownCapabilities(history, endpointId, model) }
}

async function neededTokens(history: History): Promise<number> {
  const { defaultSystemPrompt, answerReserveTokens } = await readSettings(history)
  return neededWindow({ systemPrompt: defaultSystemPrompt, reserveTokens: answerReserveTokens })
}

/** The window that a reply would reckon with: one that was set by hand or learned, where the server does not tell less. */
async function asReplied(
  history: History,
  record: EndpointRecord,
  tested: NonNullable<EndpointTest['window']>,
): Promise<EndpointTest['window']> {
  const known = await knownWindow(history, record, tested.model)
  const isKnownBetter = tested.source === 'assumed' ? known.source !== 'assumed' : known.tokens < tested.tokens
  if (!isKnownBetter) return tested
  const { tokens, source } = known
  return { ...tested, tokens, source, advice: tokens >= tested.neededTokens ? null : tested.advice }
}
