import { createParser } from 'eventsource-parser'

export type SseMessage =
  | { type: 'event'; event: string | null; data: string }
  /** A comment line: the server is alive and has nothing to say yet. */
  | { type: 'ping' }
  /** A line that is no SSE at all, such as a bare JSON error in the middle of a stream. */
  | { type: 'stray'; line: string }

export interface SseLines {
  push(bytes: Uint8Array): SseMessage[]
  /** The last event of a stream that ended without its blank line. */
  end(): SseMessage[]
}

/** Thrown when a line or event never ends. */
export class SseTooLong extends Error {
  constructor(maxChars: number) {
    super(`a line or event of a stream exceeded ${maxChars} characters`)
    this.name = 'SseTooLong'
  }
}

/**
 * Server-sent events from bytes cut anywhere (https://html.spec.whatwg.org/multipage/server-sent-events.html). Lines
 * are completed before the parser sees them: it drops a line that cannot be a field as soon as it can tell, so a bare
 * JSON error would be told or lost depending on where the network cut it. Throws `SseTooLong`.
 */
export function createSseLines(maxLineChars: number): SseLines {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let messages: SseMessage[] = []
  let tooLong = false
  let pending: string[] = []
  let pendingChars = 0

  const parser = createParser({
    maxBufferSize: maxLineChars,
    onEvent: (message) => messages.push({ type: 'event', event: message.event ?? null, data: message.data }),
    onComment: () => {
      // One sign of life is as good as a thousand at once.
      if (messages.at(-1)?.type !== 'ping') messages.push({ type: 'ping' })
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') tooLong = true
      else if (error.type === 'unknown-field' && error.line) messages.push({ type: 'stray', line: error.line })
    },
  })

  /** What came before a line that never ends is handed over first. */
  function take(): SseMessage[] {
    const taken = messages
    messages = []
    if (tooLong && taken.length === 0) throw new SseTooLong(maxLineChars)
    return taken
  }

  function push(bytes: Uint8Array): SseMessage[] {
    if (tooLong) return take()
    const text = decoder.decode(bytes, { stream: true })
    const complete = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1
    if (complete > 0) {
      parser.feed(pending.join('') + text.slice(0, complete))
      pending = []
      pendingChars = 0
    }
    if (complete < text.length) {
      pending.push(text.slice(complete))
      pendingChars += text.length - complete
    }
    tooLong ||= pendingChars > maxLineChars
    return take()
  }

  function end(): SseMessage[] {
    if (tooLong) return take()
    parser.feed(`${pending.join('')}${decoder.decode()}\n\n`)
    pending = []
    return take()
  }

  return { push, end }
}
