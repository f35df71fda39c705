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
  it('are those of the standard, for any bytes and any cutting', () => {
    fc.assert(
      fc.property(hostileBytes, cutSizes, (bytes, sizes) => {
        expect(read(cutBytes(bytes, sizes))).toEqual(interpret(bytes))
      }),
      { numRuns: 500 },
    )
  })
})
