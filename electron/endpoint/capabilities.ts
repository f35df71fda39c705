import type { Capability, CapabilityName } from '../../shared/record-types.ts'
import type { Fact, StoredSource } from '../history/capabilities.ts'
import type { History } from '../history/history.ts'

/** What the value of each capability is; units stand with `CapabilityName`. */
export interface CapabilityValues {
  window: number
  'trained-window': number
  'token-count': string
  'token-ratio': number
  streaming: boolean
  usage: boolean
  timings: boolean
  progress: boolean
  'prefill-speed': number
  cancel: boolean
  'system-message': boolean
  images: boolean
  tools: boolean
  reasoning: boolean
  'refused-fields': string[]
}

/** What is known of a model, the best of each: what a person set, else the newest that was told or learned. Asks no server. */
export async function knownCapabilities(history: History, endpointId: string, model: string): Promise<Capability[]> {
  const best = new Map<CapabilityName, Capability>()
  for (const capability of await history.getCapabilities({ endpointId, model })) {
    const other = best.get(capability.name)
    if (!other || isBetter(capability, other)) best.set(capability.name, capability)
  }
  return [...best.values()]
}

/** The value of one capability, if it is known and is what it should be. */
export function capabilityOf<N extends CapabilityName>(
  capabilities: readonly Capability[],
  name: N,
): CapabilityValues[N] | undefined {
  const value = capabilities.find((capability) => capability.name === name)?.value
  return value !== undefined && typeof value === typeof SAMPLES[name] ? (value as CapabilityValues[N]) : undefined
}

/** Keeps what a server told or showed of a model. A write that says nothing new is not made. Throws `endpoint-missing`. */
export async function learn(
  history: History,
  endpointId: string,
  model: string,
  source: Exclude<StoredSource, 'user'>,
  facts: readonly Fact[],
): Promise<void> {
  const stored = await history.getCapabilities({ endpointId, model })
  const news = facts.filter(({ name, value }) => {
    const same = stored.find((capability) => capability.name === name && capability.source === source)
    const newer = stored.find((capability) => capability.name === name && capability.at > (same?.at ?? 0))
    return JSON.stringify(same?.value) !== JSON.stringify(value) || (newer !== undefined && newer.source !== 'user')
  })
  if (news.length > 0) await history.setCapabilities({ endpointId, model, source, facts: news, now: Date.now() })
}

/** Sets the context window of a model by hand, in tokens; null takes that back. Throws `endpoint-missing`. */
export async function setWindowByHand(
  history: History,
  endpointId: string,
  model: string,
  windowTokens: number | null,
): Promise<Capability[]> {
  if (windowTokens === null) await history.forgetCapability({ endpointId, model, name: 'window', source: 'user' })
  else {
    const facts = [{ name: 'window', value: windowTokens }] as const
    await history.setCapabilities({ endpointId, model, source: 'user', facts, now: Date.now() })
  }
  return knownCapabilities(history, endpointId, model)
}

function isBetter(capability: Capability, other: Capability): boolean {
  if (capability.source === 'user' || other.source === 'user') return capability.source === 'user'
  return capability.at > other.at
}

const SAMPLES: CapabilityValues = {
  window: 0,
  'trained-window': 0,
  'token-count': '',
  'token-ratio': 0,
  streaming: true,
  usage: true,
  timings: true,
  progress: true,
  'prefill-speed': 0,
  cancel: true,
  'system-message': true,
  images: true,
  tools: true,
  reasoning: true,
  'refused-fields': [],
}
