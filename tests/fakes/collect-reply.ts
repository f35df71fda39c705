import type { ChatEvent } from '../../electron/endpoint/stream/chat-event.ts'
import type { ToolCall } from '../../shared/record-types.ts'

/** What a reply amounted to. */
export interface CollectedReply {
  text: string
  reasoning: string
  /** Without those repeated in a row. */
  phases: string[]
  end: ChatEvent | null
  usage: ChatEvent | null
  toolCalls: ToolCall[]
  /** Names on the wire of fields that were refused. */
  refused: string[]
  learned: Record<string, unknown>
  error: unknown
}

/** Reads a reply to its end, or to the error that ended it. */
export async function collectReply(events: AsyncIterable<ChatEvent>): Promise<CollectedReply> {
  const reply: CollectedReply = {
    text: '',
    reasoning: '',
    phases: [],
    end: null,
    usage: null,
    toolCalls: [],
    refused: [],
    learned: {},
    error: null,
  }
  try {
    for await (const event of events) {
      if (event.type === 'text-delta') reply.text += event.text
      else if (event.type === 'reasoning-delta') reply.reasoning += event.text
      else if (event.type === 'phase') {
        if (reply.phases.at(-1) !== event.phase) reply.phases.push(event.phase)
      } else if (event.type === 'tool-calls') reply.toolCalls = event.toolCalls
      else if (event.type === 'field-refused') reply.refused.push(event.field)
      else if (event.type === 'learned') reply.learned[event.capability] = event.value
      else reply[event.type] = event
    }
  } catch (error) {
    reply.error = error
  }
  return reply
}
