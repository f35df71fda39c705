import type { Capability } from '../../../../shared/record-types.ts'
import { estimateMessageTokens } from '../../../memory/estimate-tokens.ts'
import type { EndpointConnection } from '../../address.ts'
import type { CapabilityValues } from '../../capabilities.ts'
import { asRecord } from '../../http/server-text.ts'
import { countTokens, findTokenRoute } from '../count-tokens.ts'
import { askNativeRoutes, isKobold, lmStudioModel, type NativeAnswers, oldLmStudioModel } from '../native-routes.ts'
import { entryFor, listOrNull, ROUTE_TIMEOUT_MS, windowsIn } from '../window/detect-window.ts'
import { SAMPLE_TEXT } from './sample-text.ts'

/** One thing that is now known of a model. */
export type Fact = Pick<Capability, 'name' | 'value'>

type Told = { [N in keyof CapabilityValues]?: CapabilityValues[N] | null }

/**
 * What a server tells of a model without having it write anything. Tokens are only counted where the model is loaded:
 * counting would load it. Never throws: what a server does not tell is not among the facts.
 */
export async function askCapabilities(
  connection: EndpointConnection,
  model: string,
  signal: AbortSignal,
): Promise<Fact[]> {
  const query = { connection, signal, timeoutMs: ROUTE_TIMEOUT_MS, purpose: 'capabilities' } as const
  const [list, answers] = await Promise.all([
    listOrNull(connection, signal, query.purpose),
    askNativeRoutes(query, model),
  ])
  const windows = windowsIn(answers, entryFor(list, model), model)
  const facts = factsOf({
    window: windows.loaded,
    'trained-window': windows.trained,
    ...(isKobold(answers) ? toldByKobold(answers) : toldByOthers(answers, model)),
  })
  const counted = windows.loaded === null ? [] : await askTokenCount(connection, model, signal)
  return [...facts, ...counted]
}

/** How the server counts tokens, and how far its counts are from estimates. Never throws. */
export async function askTokenCount(
  connection: EndpointConnection,
  model: string,
  signal: AbortSignal,
): Promise<Fact[]> {
  if (connection.kind === 'demo') return []
  try {
    const route = await findTokenRoute(connection, model, signal)
    const messages = [{ role: 'user', content: SAMPLE_TEXT }] as const
    const real = await countTokens(connection, model, messages, signal, route)
    if (real === null) return factsOf({ 'token-count': route })
    const ratio = real / estimateMessageTokens(SAMPLE_TEXT)
    return factsOf({ 'token-count': route, 'token-ratio': Math.round(ratio * 1_000) / 1_000 })
  } catch {
    // It did not answer this time, which says nothing about what it can do.
    return []
  }
}

function toldByKobold({ koboldVersion }: NativeAnswers): Told {
  return { images: asFlag(koboldVersion?.vision) }
}

function toldByOthers(answers: NativeAnswers, model: string): Told {
  const caps = asRecord(answers.props?.chat_template_caps)
  const modalities = asRecord(answers.props?.modalities)
  const studio = asRecord(lmStudioModel(answers, model)?.capabilities)
  const old = oldLmStudioModel(answers, model)
  // llama.cpp imitates this route of Ollama, with a list that says nothing of tools and thinking.
  const ollama = answers.props ? undefined : answers.ollamaModel?.capabilities
  return {
    images:
      asFlag(modalities?.vision) ?? asFlag(studio?.vision) ?? (old && old.type === 'vlm') ?? listed(ollama, 'vision'),
    tools:
      asFlag(caps?.supports_tool_calls) ??
      asFlag(caps?.supports_tools) ??
      asFlag(studio?.trained_for_tool_use) ??
      listed(old?.capabilities, 'tool_use') ??
      listed(ollama, 'tools'),
    reasoning: studio?.reasoning ? true : listed(ollama, 'thinking'),
    'system-message': asFlag(caps?.supports_system_role),
  }
}

function factsOf(told: Told): Fact[] {
  return Object.entries(told).flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [{ name: name as Fact['name'], value }],
  )
}

function asFlag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

function listed(list: unknown, word: string): boolean | null {
  return Array.isArray(list) ? list.includes(word) : null
}
