import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { chunkEvent, errorInStream, type Fault, type RecordedRequest, replyEvents } from './fake-fault.ts'

/** The reply of the faults that are only bytes. */
export const TOKENS = ['The ', 'answer ', 'is ', 'forty', '-two', '. ', 'Überall ', '🌍', ' the ', 'end.']

type Raw = Omit<Extract<Fault, { type: 'raw' }>, 'type'>

/** The bytes that a fault sends, if it is one of those that are only bytes. */
export function bytesOf(fault: Fault, request: RecordedRequest): Raw | null {
  switch (fault.type) {
    case 'raw':
      return fault
    case 'cut':
      return { chunks: begin(fault.afterTokens), after: 'reset' }
    case 'cut-in-character': {
      const bytes = Buffer.from(chunkEvent({ content: '🌍' }))
      return { chunks: [...begin(2), bytes.subarray(0, bytes.indexOf(0xf0) + 2)], after: 'reset' }
    }
    case 'ends-early':
      return { chunks: begin(fault.afterTokens) }
    case 'stalls':
      return { chunks: begin(fault.afterTokens), after: 'hold' }
    case 'malformed-json':
      return { chunks: [...begin(fault.afterTokens), 'data: {"choices":[{"delta":\n\n', ...replyEvents(['never'])] }
    case 'error-mid-stream':
      return { chunks: [...begin(fault.afterTokens), errorInStream(fault.dialect, fault.message ?? 'out of memory')] }
    case 'empty':
      return { chunks: [] }
    case 'no-text':
      return { chunks: replyEvents([], fault.finishReason) }
    case 'missing-done':
      return { chunks: replyEvents(TOKENS).slice(0, -1) }
    case 'crlf':
      return { chunks: replyEvents(TOKENS).map((event) => event.replaceAll('\n', '\r\n')) }
    case 'huge-line':
      return { chunks: [...begin(2), ...hugeLine(fault.chars)], after: 'hold' }
    case 'wrong-content-type':
      return { chunks: replyEvents(TOKENS), headers: { 'content-type': fault.contentType } }
    case 'gzip':
      return { chunks: [gzipSync(replyEvents(TOKENS).join(''))], headers: { 'content-encoding': 'gzip' } }
    case 'html': {
      const page = '<!doctype html><html><body><h1>It works</h1></body></html>'
      return { chunks: [page], status: fault.status ?? 200, headers: { 'content-type': 'text/html; charset=utf-8' } }
    }
    case 'redirect':
      return { chunks: [], status: fault.status ?? 307, headers: { location: fault.location } }
    case 'status':
      return json(fault.status, fault.body ?? { error: { message: `status ${fault.status}` } }, fault.headers)
    case 'loading':
      return json(503, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } })
    case 'refuse-field': {
      const field = [fault.field].flat().find((name) => Object.hasOwn(request.body as object, name))
      return field === undefined ? null : json(400, { error: { message: `Unknown parameter: '${field}'` } })
    }
    case 'refuse-system': {
      const { messages } = request.body as { messages: { role: string }[] }
      const isHeld = messages.some(({ role }) => role === 'system')
      return isHeld ? json(500, { error: { message: 'Jinja Exception: System role not supported' } }) : null
    }
    default:
      return null
  }
}

/** Sends bytes a network write each, so that the reader gets them cut where the fault wants it. */
export async function sendBytes(response: ServerResponse, raw: Raw): Promise<void> {
  response.writeHead(raw.status ?? 200, { 'content-type': 'text/event-stream', ...raw.headers })
  response.flushHeaders()
  for (const chunk of raw.chunks) {
    if (response.destroyed) return
    await new Promise((resolve) => response.write(chunk, resolve))
    if (raw.gapMs !== undefined) await sleep(raw.gapMs)
  }
  if (raw.after === 'reset') {
    // What was written is to arrive first.
    await sleep(20)
    response.socket?.destroy()
  } else if (raw.after !== 'hold') {
    response.end()
  }
}

/** Writes tokens for as long as anyone reads them, and no faster. */
export async function sendEndlessly(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const event = chunkEvent({ content: 'and on ' })
  while (!response.destroyed) {
    const hasRoom = response.write(event.repeat(20))
    if (hasRoom) await sleep(1)
    else await new Promise((resolve) => response.once('drain', resolve).once('close', resolve))
  }
}

function begin(tokens: number): string[] {
  return replyEvents(TOKENS).slice(0, tokens + 1)
}

function* pieces(chars: number): Generator<string, void, undefined> {
  for (let left = chars; left > 0; left -= 65_536) yield 'x'.repeat(Math.min(left, 65_536))
}

function hugeLine(chars: number): string[] {
  return ['data: {"choices":[{"delta":{"content":"', ...pieces(chars)]
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Raw {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { chunks: [text], status, headers: { 'content-type': 'application/json', ...headers } }
}
