import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutBytes, cutSizes, hostileBytes } from '../../../../tests/fakes/hostile-bytes.ts'
import { createSseLines } from './sse-lines.ts'

interface Event {
  event: string | null
  data: string
}

function read(chunks: readonly Uint8Array[]): Event[] {
  const lines = createSseLines(1_000_000)
  return [...chunks.flatMap((chunk) => lines.push(chunk)), ...lines.end()]
    .filter((message) => message.type === 'event')
    .map(({ event, data }) => ({ event, data }))
}

/** The algorithm of https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, word by word. */
function interpret(bytes: Uint8Array): Event[] {
  const text = new TextDecoder().decode(bytes)
  const events: Event[] = []
  let data = ''
  let hasData = false
  let event = ''
  for (const line of `${text}\n\n`.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (hasData) events.push({ event: event === '' ? null : event, data: data.slice(0, -1) })
      data = ''
      hasData = false
      event = ''
      continue
    }
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    if (field === 'data') {
      data += `${value}\n`
      hasData = true
    }
  }
  return events
}

describe('the events of a stream', () => {
  it.each<[string, string, Event[]]>([
    ['a space after the colon or none', 'data:a\n\ndata: b\n\ndata:  c\n\n', [one('a'), one('b'), one(' c')]],
    ['lines joined', 'data: a\ndata\ndata: b\n\n', [one('a\n\nb')]],
    ['CR, LF and CRLF', 'data: a\r\rdata: b\n\ndata: c\r\n\r\n', [one('a'), one('b'), one('c')]],
    ['names', 'event: x\ndata: a\n\nevent:\ndata: b\n\n', [{ event: 'x', data: 'a' }, one('b')]],
    ['comments, ids and retries left out', ': c\nid: 1\nretry: 5\ndata: a\n\n', [one('a')]],
    ['fields in capitals left out', 'Data: a\nDATA: b\n\n', []],
    ['only the first mark of byte order left out', '\ufeffdata: a\n\n\ufeffdata: b\n\n', [one('a')]],
    ['the last one without its blank line', 'data: a', [one('a')]],
    ['a NUL kept', 'data: a\u0000b\n\n', [one('a\u0000b')]],
  ])('are read with %s', (_name, text, events) => {
    expect(read([Buffer.from(text)])).toEqual(events)
  })

  it('are those of the standard, for any bytes and any cutting', () => {
    fc.assert(
      fc.property(hostileBytes, cutSizes, (bytes, sizes) => {
        expect(read(cutBytes(bytes, sizes))).toEqual(interpret(bytes))
      }),
      { numRuns: 500 },
    )
  })
})

function one(data: string): Event {
  return { event: null, data }
}
