import type { ToolCall } from '../../../../shared/record-types.ts'
import { asRecord, parseJson } from '../../http/server-text.ts'
import type { SseMessage } from './sse-lines.ts'
import { createThinkSplitter } from './think-splitter.ts'
import { createToolCalls } from './tool-calls.ts'
import { createCharacterJoiner } from './whole-characters.ts'

/** What the pieces of an answer mean, whatever server sent them. */
export type ReplyEvent =
  | { type: 'text-delta'; text: string }
  | { type: 'reasoning-delta'; text: string }
  /** Prompt tokens read so far, of how many. */
  | { type: 'progress'; processed: number; total: number }

/** Tokens as the server counted them. */
interface ReplyUsage {
  promptTokens: number
  completionTokens: number
  cachedTokens: number | null
}

/** How an answer stands. `error` is what the server sent instead of going on. */
export interface ReplyState {
  /** How the answer is written, told by its first character; `unknown` while there is none. */
  form: 'unknown' | 'sse' | 'json' | 'html'
  /** How a page meant for a browser begins. */
  page: string
  finishReason: string | null
  /** The server said that this is all: `[DONE]`. */
  done: boolean
  model: string | null
  error: { body: unknown } | null
  /** A piece that was not JSON: the stream cannot be trusted any further. */
  malformed: boolean
  /** Pieces so far of the tools that the model asks for. */
  toolPieces: number
  /** The newest counts; some servers send them with every piece. */
  usage: ReplyUsage | null
  /** It told how far it has read the prompt, and how long things took. */
  progress: boolean
  timings: boolean
  /** It thought before it answered, or while it did. */
  reasoning: boolean
  /** How fast the server says it writes, where it tells with each piece. */
  tokensPerSecond: number | null
  /** How fast llama.cpp says it read how many prompt tokens. */
  prefill: { promptTokens: number; tokensPerSecond: number } | null
  /** Any piece of a chat completion at all. */
  hasChunks: boolean
}

export interface ReplyReader {
  readonly state: ReplyState
  read(message: SseMessage): ReplyEvent[]
  /** A whole answer in one JSON body, from a server that does not stream. */
  readWhole(body: unknown): ReplyEvent[]
  end(): ReplyEvent[]
  toolCalls(): ToolCall[]
}

/** Reads chat completion chunks as OpenAI, llama.cpp, Ollama, LM Studio and vLLM send them; never throws. */
export function createReplyReader(): ReplyReader {
  const state: ReplyState = {
    form: 'unknown',
    page: '',
    finishReason: null,
    done: false,
    model: null,
    error: null,
    malformed: false,
    toolPieces: 0,
    usage: null,
    progress: false,
    timings: false,
    reasoning: false,
    tokensPerSecond: null,
    prefill: null,
    hasChunks: false,
  }
  const splitter = createThinkSplitter()
  const toolCalls = createToolCalls()
  const textJoiner = createCharacterJoiner()
  const reasoningJoiner = createCharacterJoiner()

  function read(message: SseMessage): ReplyEvent[] {
    if (message.type === 'ping' || state.done || state.error !== null) return []
    if (message.type === 'stray') return readStray(message.line)
    if (message.event === 'error') {
      state.error = { body: parseJson(message.data) ?? message.data }
      return []
    }
    // Servers of the same family name their own events; nothing in them is meant for a chat client.
    if (message.event !== null && message.event !== 'message') return []
    if (message.data.trim() === '[DONE]') {
      state.done = true
      return []
    }
    if (message.data.trim() === '') return []
    const chunk = parseJson(message.data)
    if (chunk === undefined) state.malformed = true
    return readChunk(asRecord(chunk))
  }

  /** Older llama.cpp writes `error: {…}` as a field, and Ollama a bare line of JSON. */
  function readStray(line: string): ReplyEvent[] {
    const body = parseJson(line.replace(/^error:\s*/, ''))
    const record = asRecord(body)
    if (record !== null && (line.startsWith('error:') || hasError(record))) state.error = { body }
    return []
  }

  function readChunk(chunk: Record<string, unknown> | null): ReplyEvent[] {
    if (chunk === null) return []
    if (hasError(chunk)) {
      state.error = { body: chunk }
      return []
    }
    if (typeof chunk.model === 'string' && chunk.model !== '') state.model = chunk.model.slice(0, 500)
    const events = readProgress(asRecord(chunk.prompt_progress))
    state.progress ||= events.length > 0
    state.timings ||= asRecord(chunk.timings) !== null
    const choice = asRecord(Array.isArray(chunk.choices) ? chunk.choices[0] : null)
    if (Array.isArray(chunk.choices)) state.hasChunks = true
    if (choice !== null) events.push(...readChoice(choice))
    state.usage = readUsage(chunk) ?? state.usage
    state.prefill = readPrefill(asRecord(chunk.timings)) ?? state.prefill
    state.tokensPerSecond = speedOf(asRecord(chunk.timings)?.predicted_per_second) ?? state.tokensPerSecond
    return events
  }

  function readChoice(choice: Record<string, unknown>): ReplyEvent[] {
    const delta = asRecord(choice.delta) ?? asRecord(choice.message)
    const reasoning = reasoningJoiner.push(textOf(delta?.reasoning_content) || textOf(delta?.reasoning))
    const events: ReplyEvent[] = reasoning === '' ? [] : [{ type: 'reasoning-delta', text: reasoning }]
    // A refusal is what the model answers; leaving it out would show an empty reply.
    events.push(...splitter.push(textJoiner.push(textOf(delta?.content) || textOf(delta?.refusal))))
    state.reasoning ||= events.some(({ type }) => type === 'reasoning-delta')
    toolCalls.push(delta?.tool_calls)
    if (Array.isArray(delta?.tool_calls)) state.toolPieces += delta.tool_calls.length
    if (typeof choice.finish_reason === 'string' && choice.finish_reason !== '') {
      state.finishReason = choice.finish_reason.slice(0, 100)
    }
    return events
  }

  function readWhole(body: unknown): ReplyEvent[] {
    const events = readChunk(asRecord(body))
    state.done = state.error === null && state.hasChunks
    return events
  }

  function end(): ReplyEvent[] {
    const reasoning = reasoningJoiner.end()
    const events: ReplyEvent[] = reasoning === '' ? [] : [{ type: 'reasoning-delta', text: reasoning }]
    return events.concat(splitter.push(textJoiner.end()), splitter.end())
  }

  return { state, read, readWhole, end, toolCalls: toolCalls.all }
}

function hasError(record: Record<string, unknown>): boolean {
  const { error } = record
  if (typeof error === 'string') return error !== ''
  return asRecord(error) !== null || (record.object === 'error' && typeof record.message === 'string')
}

/** Text of a delta: a string, or a list of `{type: 'text', text}` parts. Anything else is no text. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return ''
  return value
    .map((part) => asRecord(part)?.text)
    .filter((text) => typeof text === 'string')
    .join('')
}

/** llama.cpp with `return_progress`: `{total, cache, processed, time_ms}`, in tokens. */
function readProgress(progress: Record<string, unknown> | null): ReplyEvent[] {
  const processed = countOf(progress?.processed)
  const total = countOf(progress?.total)
  return processed === null || total === null ? [] : [{ type: 'progress', processed, total }]
}

/** `usage` (OpenAI) or, where a server sends no usage, llama.cpp's `timings`. */
function readUsage(chunk: Record<string, unknown>): ReplyUsage | null {
  const usage = asRecord(chunk.usage)
  const timings = asRecord(chunk.timings)
  const cached = countOf(asRecord(usage?.prompt_tokens_details)?.cached_tokens) ?? countOf(timings?.cache_n)
  const promptTokens = countOf(usage?.prompt_tokens) ?? sum(countOf(timings?.prompt_n), countOf(timings?.cache_n))
  const completionTokens = countOf(usage?.completion_tokens) ?? countOf(timings?.predicted_n)
  if (promptTokens === null || completionTokens === null) return null
  return { promptTokens, completionTokens, cachedTokens: cached }
}

function readPrefill(timings: Record<string, unknown> | null): ReplyState['prefill'] {
  const promptTokens = countOf(timings?.prompt_n)
  const tokensPerSecond = speedOf(timings?.prompt_per_second)
  return promptTokens === null || tokensPerSecond === null ? null : { promptTokens, tokensPerSecond }
}

function speedOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null
}

function sum(first: number | null, second: number | null): number | null {
  return first === null ? null : first + (second ?? 0)
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}
