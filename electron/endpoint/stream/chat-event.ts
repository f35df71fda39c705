import type { ToolCall } from '../../../shared/record-types.ts'
import type { CapabilityValues } from '../capabilities.ts'

export type ChatPhase = 'queued' | 'connecting' | 'loading' | 'reading' | 'writing'

/** What an answer showed of the server or the model. */
export type Learned = {
  [N in keyof CapabilityValues]: { type: 'learned'; capability: N; value: CapabilityValues[N] }
}[keyof CapabilityValues]

export interface PhaseEvent {
  type: 'phase'
  phase: ChatPhase
  processed: number | null
  total: number | null
  tokensPerSecond: number | null
}

export type ChatEvent =
  /** Prompt tokens read so far, of how many, where the server tells; or how fast the reply is being written. */
  | PhaseEvent
  /** The server refuses this field, by its name on the wire; the request was sent again without. */
  | { type: 'field-refused'; field: string }
  | Learned
  /** Every tool that the model asked for; once, before `end`. */
  | { type: 'tool-calls'; toolCalls: ToolCall[] }
  /** Well-formed UTF-16, never empty. */
  | { type: 'text-delta'; text: string }
  | { type: 'reasoning-delta'; text: string }
  /** Tokens as the server counted them; at most once, just before `end`. */
  | { type: 'usage'; promptTokens: number; completionTokens: number; cachedTokens: number | null }
  /** The last event of a reply that is whole. `model` is the one that answered, which need not be the one asked for. */
  | { type: 'end'; finishReason: string | null; model: string | null }

/** A phase without counts. */
export function phaseEvent(phase: ChatPhase): PhaseEvent {
  return { type: 'phase', phase, processed: null, total: null, tokensPerSecond: null }
}

/** Whether the reply has begun, after which a request is never repeated. */
export function isBegin(event: ChatEvent): boolean {
  return event.type === 'phase' && event.phase === 'writing'
}
