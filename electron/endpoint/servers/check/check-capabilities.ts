import type { CapabilityName } from '../../../../shared/record-types.ts'
import type { EndpointConnection } from '../../address.ts'
import { askCapabilities, askTokenCount, type Fact } from './ask-capabilities.ts'
import { tryCancel, tryFields, tryImages, tryStream } from './tries.ts'

/** What is being tried, and what is known by now. */
export interface Check {
  connection: EndpointConnection
  model: string
  signal: AbortSignal
  /** Told by the server before anything was tried; what it tells need not be tried out. */
  told: readonly Fact[]
  /** Of the first reply; null until there was one. */
  firstTokenMs: number | null
  /** Names on the wire of refused fields, so far. */
  refused: Set<string>
}

export type CheckEvent =
  /** `capability` is about to be tried, the `done`th of `total`. */
  | { type: 'check-progress'; capability: CapabilityName; done: number; total: number }
  | { type: 'facts'; source: 'server' | 'learned'; facts: Fact[] }

interface CheckStep {
  capability: CapabilityName
  run: (check: Check) => Promise<Fact[]>
}

/** In this order: the first reply may have to wait until the model is loaded, and counting needs a loaded model. */
const STEPS: readonly CheckStep[] = [
  { capability: 'streaming', run: tryStream },
  { capability: 'refused-fields', run: tryFields },
  { capability: 'images', run: tryImages },
  { capability: 'cancel', run: tryCancel },
]

/**
 * Finds out what a model can do: first by asking, then by a few replies of a few tokens, each bounded in time. Ends early
 * without an error when `signal` aborts; what was found until then has been yielded. Throws `EndpointFailure` where not
 * even the first reply comes.
 */
export async function* checkCapabilities(
  connection: EndpointConnection,
  model: string,
  signal: AbortSignal,
): AsyncGenerator<CheckEvent, void, undefined> {
  const total = STEPS.length + 2
  // Whether streams work is one of the questions.
  const check: Check = {
    connection: { ...connection, streaming: true },
    model,
    signal,
    told: [],
    firstTokenMs: null,
    refused: new Set(),
  }
  yield { type: 'check-progress', capability: 'window', done: 0, total }
  check.told = await askCapabilities(connection, model, signal)
  if (signal.aborted) return
  yield { type: 'facts', source: 'server', facts: [...check.told] }
  for (const [index, { capability, run }] of STEPS.entries()) {
    yield { type: 'check-progress', capability, done: index + 1, total }
    const facts = await run(check)
    if (signal.aborted) return
    yield { type: 'facts', source: 'learned', facts }
  }
  yield { type: 'check-progress', capability: 'token-count', done: total - 1, total }
  yield* askOnceLoaded(check)
}

/** What the server could not tell while the model was not loaded. */
async function* askOnceLoaded(check: Check): AsyncGenerator<CheckEvent, void, undefined> {
  const { connection, model, signal, told } = check
  const knows = (name: CapabilityName) => told.some((fact) => fact.name === name)
  const late = knows('window') ? [] : await askCapabilities(connection, model, signal)
  const isCounted = knows('token-count') || late.some(({ name }) => name === 'token-count')
  const counted = isCounted ? [] : await askTokenCount(connection, model, signal)
  if (!signal.aborted) yield { type: 'facts', source: 'server', facts: [...late, ...counted] }
}
