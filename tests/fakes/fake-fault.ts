import type { IncomingHttpHeaders } from 'node:http'

/** A request as it arrived. `body` is parsed when it was JSON. */
export interface RecordedRequest {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: unknown
}

/** What a fake endpoint does instead of answering well. Counts of tokens are pieces of the reply's text. */
export type Fault =
  /** Nothing at all for a while, then the usual reply. */
  | { type: 'slow-first-byte'; delayMs: number }
  /** Comment lines for a while, as llama.cpp sends them while it reads a long prompt, then a reply. */
  | { type: 'pings-first'; delayMs: number; everyMs: number }
  | { type: 'slow-tokens'; tokensPerSecond: number }
  /** The connection breaks after so many tokens. */
  | { type: 'cut'; afterTokens: number }
  /** The same, between two bytes of one character. */
  | { type: 'cut-in-character' }
  /** The body ends properly, but without a finish reason and `[DONE]`. */
  | { type: 'ends-early'; afterTokens: number }
  | { type: 'malformed-json'; afterTokens: number }
  | { type: 'status'; status: number; body?: unknown; headers?: Record<string, string> }
  /** 503 "Loading model", as llama.cpp says while it loads; `/health` says so too, so many times. */
  | { type: 'loading'; health?: number }
  /** A template without a system role. */
  | { type: 'refuse-system' }
  | { type: 'html'; status?: number }
  | { type: 'redirect'; location: string; status?: number }
  /** Takes the request and never says a word. */
  | { type: 'silent' }
  /** Headers and some tokens, then never another word. */
  | { type: 'stalls'; afterTokens: number }
  | { type: 'endless' }
  | { type: 'error-mid-stream'; afterTokens: number; dialect: ErrorDialect; message?: string }
  /** 200 and an empty body. */
  | { type: 'empty' }
  /** A whole stream in which the model says nothing. */
  | { type: 'no-text'; finishReason?: string }
  | { type: 'missing-done' }
  | { type: 'crlf' }
  | { type: 'huge-line'; chars: number }
  | { type: 'gzip' }
  | { type: 'wrong-content-type'; contentType: string }
  /** Breaks the connection without an answer. */
  | { type: 'reset' }
  /** Refuses requests that hold one of these fields, as strict servers do; it names the first. */
  | { type: 'refuse-field'; field: string | readonly string[] }
  | { type: 'not-streaming' }
  | { type: 'reply'; text: string; reasoning?: string }
  /** These bytes, a network write each; `hold` keeps the connection open after them, `reset` breaks it. */
  | {
      type: 'raw'
      chunks: readonly (string | Uint8Array)[]
      status?: number
      headers?: Record<string, string>
      gapMs?: number
      after?: 'end' | 'hold' | 'reset'
    }

/** How servers tell of an error inside a stream that has begun. */
export type ErrorDialect = 'openai' | 'event-error' | 'llama-field' | 'ollama-line' | 'string'

/** The bytes of that error. */
export function errorInStream(dialect: ErrorDialect, message: string): string {
  const error = { code: 500, message, type: 'server_error' }
  switch (dialect) {
    case 'openai':
      return `data: ${JSON.stringify({ error })}\n\n`
    case 'event-error':
      return `event: error\ndata: ${JSON.stringify({ error: { message }, message })}\n\n`
    case 'llama-field':
      return `error: ${JSON.stringify(error)}\n\n`
    case 'ollama-line':
      return `${JSON.stringify({ error: message })}\n`
    case 'string':
      return `data: ${JSON.stringify({ error: message })}\n\n`
  }
}

/** One piece of a streamed reply. */
export function chunkEvent(delta: object, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }]
  return `data: ${JSON.stringify({ id: 'fake', object: 'chat.completion.chunk', model: 'fake-model', choices })}\n\n`
}

/** A whole streamed reply: the pieces of text, the end, the counts and `[DONE]`. */
export function replyEvents(texts: readonly string[], finishReason = 'stop'): string[] {
  const usage = { prompt_tokens: 10, completion_tokens: texts.length, total_tokens: 10 + texts.length }
  return [
    chunkEvent({ role: 'assistant', content: null }),
    ...texts.map((content) => chunkEvent({ content })),
    chunkEvent({}, finishReason),
    `data: ${JSON.stringify({ id: 'fake', model: 'fake-model', choices: [], usage })}\n\n`,
    'data: [DONE]\n\n',
  ]
}
