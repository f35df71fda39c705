export type ChatPhase = 'queued' | 'connecting' | 'loading' | 'reading' | 'writing'

export type ChatEvent =
  /** Prompt tokens read so far, of how many, where the server tells. */
  | { type: 'phase'; phase: ChatPhase; processed: number | null; total: number | null }
  /** Well-formed UTF-16, never empty. */
  | { type: 'text-delta'; text: string }
  | { type: 'reasoning-delta'; text: string }
  /** Tokens as the server counted them; at most once, just before `end`. */
  | { type: 'usage'; promptTokens: number; completionTokens: number; cachedTokens: number | null }
  /** The last event of a reply that is whole. `model` is the one that answered, which need not be the one asked for. */
  | { type: 'end'; finishReason: string | null; model: string | null }

/** A phase without counts. */
export function phaseEvent(phase: ChatPhase): ChatEvent {
  return { type: 'phase', phase, processed: null, total: null }
}

/** Whether an event carries a part of the reply, after which a request is never repeated. */
export function isToken(event: ChatEvent): boolean {
  return event.type === 'text-delta' || event.type === 'reasoning-delta'
}
