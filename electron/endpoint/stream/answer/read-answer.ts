import { parseJson } from '../../http/server-text.ts'
import type { ReplyEvent, ReplyReader } from './reply-reader.ts'
import { createSseLines, type SseMessage } from './sse-lines.ts'

/** Enough of a web page to tell what it is for. */
const PAGE_BYTES = 16_384

/** What one piece of the network brought. `alive`: something that a server at work would send, even if it is no text. */
export interface AnswerBatch {
  events: ReplyEvent[]
  alive: boolean
}

export interface AnswerLimits {
  maxLineChars: number
  maxReplyBytes: number
}

/**
 * Reads the body of a 200 answer, a piece at a time, into `reader`, whatever its content type says: a stream of
 * events, one JSON body, or a page meant for a browser (its first characters tell). Stops at `[DONE]`, at an error and
 * at the first piece that makes no sense; `reader.state` tells how it stands. Throws `SseTooLong`.
 */
export async function* readAnswer(
  body: AsyncIterable<Uint8Array>,
  reader: ReplyReader,
  limits: AnswerLimits,
): AsyncGenerator<AnswerBatch, void, undefined> {
  const lines = createSseLines(limits.maxLineChars)
  const whole: Uint8Array[] = []
  let sizeBytes = 0
  for await (const bytes of body) {
    if (reader.state.form === 'unknown') reader.state.form = recogniseForm(bytes)
    if (reader.state.form === 'html') {
      reader.state.page = new TextDecoder().decode(bytes.subarray(0, PAGE_BYTES))
      return
    }
    if (reader.state.form === 'json') {
      whole.push(bytes)
      sizeBytes += bytes.length
      if (sizeBytes > limits.maxReplyBytes) return
      yield { events: [], alive: true }
      continue
    }
    yield readMessages(lines.push(bytes), reader)
    if (isOver(reader)) return
  }
  const events = reader.state.form === 'json' ? readJson(whole, reader) : readMessages(lines.end(), reader).events
  yield { events, alive: true }
}

function readMessages(messages: readonly SseMessage[], reader: ReplyReader): AnswerBatch {
  const events: ReplyEvent[] = []
  let alive = false
  for (const message of messages) {
    const { toolPieces } = reader.state
    const read = reader.read(message)
    for (const event of read) events.push(event)
    alive ||= message.type === 'ping' || read.length > 0 || reader.state.toolPieces > toolPieces
    if (isOver(reader)) break
  }
  return { events, alive }
}

/** From its first bracket on: blanks and a byte order mark came before it, in one piece with it or not. */
function readJson(whole: readonly Uint8Array[], reader: ReplyReader): ReplyEvent[] {
  const bytes = Buffer.concat(whole)
  const body = parseJson(new TextDecoder().decode(bytes.subarray(bytes.findIndex(isBracket))))
  if (body === undefined) reader.state.malformed = true
  return body === undefined ? [] : reader.readWhole(body)
}

function isOver({ state }: ReplyReader): boolean {
  return state.done || state.malformed || state.error !== null
}

function isBracket(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b
}

/** By the first byte that is neither blank nor of a byte order mark. */
function recogniseForm(bytes: Uint8Array): 'unknown' | 'sse' | 'json' | 'html' {
  for (const byte of bytes) {
    if (isBracket(byte)) return 'json'
    if (byte === 0x3c) return 'html'
    const isBlank = byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
    if (!isBlank && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) return 'sse'
  }
  return 'unknown'
}
