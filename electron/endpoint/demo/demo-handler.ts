import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { asRecord, parseJson } from '../http/server-text.ts'
import { buildDemoReply, type DemoMessage, type DemoReply, estimatePrompt } from './demo-reply.ts'

const DEMO_MODEL = 'alcove-demo'

const MAX_REQUEST_BYTES = 64 * 1024 * 1024

export interface DemoOptions {
  /** Pace of a reply; about what a small model does on a desktop computer. */
  tokensPerSecond?: number
  /** The window that it reports and keeps to, in tokens. */
  contextTokens?: number
  /** Answers in place of the demo's own words. */
  reply?: (messages: readonly DemoMessage[]) => DemoReply
}

interface DemoRequest {
  messages: DemoMessage[]
  stream: boolean
  includeUsage: boolean
  maxTokens: number
}

/**
 * The demo endpoint: an OpenAI-compatible server as a Node request handler, with `/v1/models` and
 * `/v1/chat/completions`. It stops writing as soon as its client leaves.
 */
export function createDemoHandler(options: DemoOptions = {}): RequestListener {
  const settings = { tokensPerSecond: 60, contextTokens: 4_096, ...options }
  return (request, response) => {
    answer(request, response, settings).catch(() => response.destroy())
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  settings: Required<Omit<DemoOptions, 'reply'>> & Pick<DemoOptions, 'reply'>,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://demo.invalid').pathname
  if (request.method === 'GET' && path === '/v1/models') {
    const model = { id: DEMO_MODEL, object: 'model', owned_by: 'alcove', meta: { n_ctx: settings.contextTokens } }
    return sendJson(response, 200, { object: 'list', data: [model] })
  }
  if (request.method !== 'POST' || path !== '/v1/chat/completions') {
    return sendJson(response, 404, errorBody(404, 'not_found_error', 'The demo has no such path'))
  }
  const wanted = readRequest(await readBody(request))
  if (wanted === null) {
    return sendJson(response, 400, errorBody(400, 'invalid_request_error', '"messages" must be a list of messages'))
  }
  if (wanted === 'images') {
    return sendJson(response, 500, errorBody(500, 'server_error', 'image input is not supported'))
  }
  const promptTokens = estimatePrompt(wanted.messages)
  if (promptTokens >= settings.contextTokens) return sendOverflow(response, promptTokens, settings.contextTokens)
  const reply = settings.reply?.(wanted.messages) ?? buildDemoReply(wanted.messages, settings.contextTokens)
  if (!wanted.stream) return sendWhole(response, reply, promptTokens)
  await streamReply(response, reply, wanted, promptTokens, settings.tokensPerSecond)
}

async function streamReply(
  response: ServerResponse,
  reply: DemoReply,
  wanted: DemoRequest,
  promptTokens: number,
  tokensPerSecond: number,
): Promise<void> {
  const left = new AbortController()
  response.on('close', () => left.abort())
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  writeChunk(response, { role: 'assistant', content: null }, null)
  const startedAt = performance.now()
  let written = 0
  const pieces = [
    ...cutIntoTokens(reply.reasoning).map((text) => ({ reasoning_content: text })),
    ...cutIntoTokens(reply.text).map((text) => ({ content: text })),
  ]
  for (const piece of pieces.slice(0, wanted.maxTokens)) {
    const aheadMs = (written * 1_000) / tokensPerSecond - (performance.now() - startedAt)
    if (aheadMs >= 1) await sleep(aheadMs, undefined, { signal: left.signal })
    if (left.signal.aborted) return
    writeChunk(response, piece, null)
    written += 1
  }
  writeChunk(response, {}, written < pieces.length ? 'length' : 'stop')
  if (wanted.includeUsage) writeUsage(response, promptTokens, written, performance.now() - startedAt)
  response.end('data: [DONE]\n\n')
}

function writeChunk(response: ServerResponse, delta: object, finishReason: string | null): void {
  writeEvent(response, { choices: [{ index: 0, delta, finish_reason: finishReason }] })
}

function writeUsage(response: ServerResponse, promptTokens: number, written: number, elapsedMs: number): void {
  writeEvent(response, {
    choices: [],
    usage: usageOf(promptTokens, written),
    timings: { cache_n: 0, prompt_n: promptTokens, predicted_n: written, predicted_ms: Math.round(elapsedMs) },
  })
}

function writeEvent(response: ServerResponse, fields: object): void {
  const chunk = { id: 'demo', object: 'chat.completion.chunk', created: 0, model: DEMO_MODEL, ...fields }
  response.write(`data: ${JSON.stringify(chunk)}\n\n`)
}

function sendWhole(response: ServerResponse, reply: DemoReply, promptTokens: number): void {
  const message = { role: 'assistant', content: reply.text, reasoning_content: reply.reasoning }
  sendJson(response, 200, {
    id: 'demo',
    object: 'chat.completion',
    created: 0,
    model: DEMO_MODEL,
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: usageOf(promptTokens, cutIntoTokens(reply.reasoning + reply.text).length),
  })
}

function usageOf(promptTokens: number, completionTokens: number) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
  }
}

/** Pieces of the size of tokens that never split a character. */
function cutIntoTokens(text: string): string[] {
  return text.match(/\s*\S{1,6}|\s+$/gu) ?? []
}

/** Null: not a request. `images`: one that only a model with eyes could answer. */
function readRequest(body: string): DemoRequest | 'images' | null {
  const record = asRecord(parseJson(body))
  if (record === null || !Array.isArray(record.messages)) return null
  const messages: DemoMessage[] = []
  for (const item of record.messages) {
    const message = asRecord(item)
    if (Array.isArray(message?.content)) return 'images'
    if (typeof message?.role !== 'string' || typeof message.content !== 'string') return null
    messages.push({ role: message.role, content: message.content })
  }
  const maxTokens = typeof record.max_tokens === 'number' && record.max_tokens > 0 ? record.max_tokens : Infinity
  const includeUsage = asRecord(record.stream_options)?.include_usage === true
  return { messages, stream: record.stream === true, includeUsage, maxTokens }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    sizeBytes += part.length
    if (sizeBytes > MAX_REQUEST_BYTES) throw new Error('a request to the demo exceeded 64 MiB')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** llama.cpp's own words, so that a full window behaves here as it does with a real server. */
function sendOverflow(response: ServerResponse, promptTokens: number, contextTokens: number): void {
  const message = `request (${promptTokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`
  const { error } = errorBody(400, 'exceed_context_size_error', message)
  sendJson(response, 400, { error: { ...error, n_prompt_tokens: promptTokens, n_ctx: contextTokens } })
}

function errorBody(code: number, type: string, message: string) {
  return { error: { code, message, type } }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
