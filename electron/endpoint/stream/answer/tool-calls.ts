import type { ToolCall } from '../../../../shared/record-types.ts'
import { asRecord, toJson } from '../../http/server-text.ts'

const MAX_CALLS = 64
const MAX_TOTAL_CHARS = 1024 * 1024
const MAX_NAME_CHARS = 200

export interface ToolCalls {
  /** One delta's `tool_calls`, or the list of a whole message. Never throws. */
  push(deltas: unknown): void
  /** In the order of their indexes. */
  all(): ToolCall[]
}

/**
 * Puts tool calls together from their pieces (https://platform.openai.com/docs/api-reference/chat-streaming): each piece
 * has an `index`; name and id come once, `arguments` in parts. What is over 64 calls or one million characters is left
 * out, and nothing in them is ever interpreted.
 */
export function createToolCalls(): ToolCalls {
  const calls = new Map<number, ToolCall>()
  let totalChars = 0

  function push(deltas: unknown): void {
    if (!Array.isArray(deltas)) return
    for (const [position, delta] of deltas.slice(0, MAX_CALLS).entries()) add(asRecord(delta), position)
  }

  function add(delta: Record<string, unknown> | null, position: number): void {
    if (delta === null) return
    const index = typeof delta.index === 'number' ? delta.index : position
    const call = calls.get(index) ?? { id: '', name: '', arguments: '' }
    if (!calls.has(index)) {
      if (calls.size >= MAX_CALLS) return
      calls.set(index, call)
    }
    const named = asRecord(delta.function)
    if (call.id === '') call.id = textOf(delta.id).slice(0, MAX_NAME_CHARS)
    if (call.name === '') call.name = textOf(named?.name).slice(0, MAX_NAME_CHARS)
    const part = argumentsOf(named?.arguments).slice(0, MAX_TOTAL_CHARS - totalChars)
    call.arguments += part
    totalChars += part.length
  }

  return {
    push,
    all: () =>
      [...calls.entries()]
        .sort(([a], [b]) => a - b)
        .map(([, call]) => ({
          id: call.id.toWellFormed(),
          name: call.name.toWellFormed(),
          arguments: call.arguments.toWellFormed(),
        })),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Text by the book; an object from servers that parse it themselves. */
function argumentsOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? toJson(value) : ''
}
