import type { Model, WindowSource } from '../../shared/record-types.ts'
import type { EndpointRecord } from '../history/endpoints.ts'
import type { History } from '../history/history.ts'
import { ASSUMED_WINDOW_TOKENS } from '../memory/build-prompt.ts'
import type { EndpointConnection } from './address.ts'
import { capabilityOf, knownCapabilities, learn } from './capabilities.ts'
import { detectWindow } from './servers/window/detect-window.ts'

export interface KnownWindow {
  /** Tokens. */
  tokens: number
  source: WindowSource
  /** Real tokens for each estimated one, where answers have shown that. */
  tokenRatio?: number
}

/**
 * The context window as far as it is known without asking: set by hand for the model, else for the endpoint, else told or
 * learned, else the assumed size.
 */
export async function knownWindow(
  history: History,
  endpoint: EndpointRecord,
  model: string | undefined,
): Promise<KnownWindow> {
  const capabilities = model === undefined ? [] : await knownCapabilities(history, endpoint.id, model)
  const tokenRatio = capabilityOf(capabilities, 'token-ratio')
  const ratio = tokenRatio === undefined ? {} : { tokenRatio: Math.min(4, Math.max(0.25, tokenRatio)) }
  const stored = capabilities.find(({ name }) => name === 'window')
  const tokens = capabilityOf(capabilities, 'window')
  if (stored?.source !== 'user' && endpoint.windowTokens !== null) {
    return { tokens: endpoint.windowTokens, source: 'user', ...ratio }
  }
  if (stored && tokens !== undefined) return { tokens, source: stored.source, ...ratio }
  return { tokens: ASSUMED_WINDOW_TOKENS, source: 'assumed', ...ratio }
}

/**
 * Asks the server for the window that is really loaded and keeps the answer. Servers load models with another size after
 * a restart, so this is asked anew in each run of the app. Returns undefined when the server does not tell.
 */
export async function learnWindow(
  history: History,
  endpoint: EndpointRecord,
  access: EndpointConnection,
  model: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const windowTokens = await detectWindow(access, model, signal)
  if (windowTokens === null) return undefined
  await learn(history, endpoint.id, model, 'server', [{ name: 'window', value: windowTokens }])
  return windowTokens
}

const firstModels = new Map<string, string>()

/** The model that answers where nobody chose one: the first that the server named in this run, if it was asked. */
export function rememberedModel(endpointId: string): string | undefined {
  return firstModels.get(endpointId)
}

/** Keeps what a server's model list tells: its first model, and the windows that stand in it. */
export async function rememberModels(history: History, endpointId: string, models: Model[]): Promise<void> {
  if (models[0]) firstModels.set(endpointId, models[0].id)
  for (const { id: model, windowTokens } of models) {
    if (windowTokens === null) continue
    await learn(history, endpointId, model, 'server', [{ name: 'window', value: windowTokens }])
  }
}
