import { createParser } from 'eventsource-parser'
import { expect, it } from 'vitest'
import { streamOf } from '../../../../tests/fakes/answer-grammar.ts'
import { cutBytes } from '../../../../tests/fakes/hostile-bytes.ts'
import { createSseLines } from './sse-lines.ts'

type Read = [event: string | null, data: string][]

function read(pieces: readonly Uint8Array[]): Read {
  const lines = createSseLines(1_000_000)
  return [...pieces.flatMap((piece) => lines.push(piece)), ...lines.end()]
    .filter((message) => message.type === 'event')
    .map(({ event, data }) => [event, data])
}

const B = '\ufeff'

/**
 * The cases that the standard's text calls for, section "Interpreting an event stream". One departure: an event that the end
 * of the stream cuts off from its blank line counts, since servers forget that line before they close.
 */
it.each<[name: string, stream: string | Uint8Array, events: Read]>([
  ['a byte order mark at the start is no part of the field', `${B}data: a\n\n`, [[null, 'a']]],
  ['a second one makes the field unknown', `${B}${B}data: a\n\ndata: b\n\n`, [[null, 'b']]],
  ['one in the middle does so too', `data: a\n\n${B}data: b\n\n`, [[null, 'a']]],
  ['one that begins a value stays', `data: ${B}a\n\n`, [[null, `${B}a`]]],
  ['only one space is taken from a value', 'data:   a\n\n', [[null, '  a']]],
  ['no tab is', 'data:\ta\n\n', [[null, '\ta']]],
  ['a space before the colon is part of the name', 'data : a\n\n', []],
  ['a line without a colon is a field without a value', 'data\n\n', [[null, '']]],
  ['two of them are one line break', 'data\ndata\n\n', [[null, '\n']]],
  ['a colon in a value stays', 'data: a: b:c\n\n', [[null, 'a: b:c']]],
  ['names are case-sensitive', 'Data: a\nDATA: b\ndata: c\n\n', [[null, 'c']]],
  ['names have to match whole', 'da: a\ndata2: b\ndata_: c\ndata: d\n\n', [[null, 'd']]],
  ['CR ends a line', 'data: a\rdata: b\r\r', [[null, 'a\nb']]],
  ['CRLF ends one line, not two', 'data: a\r\ndata: b\r\n\r\n', [[null, 'a\nb']]],
  [
    'LF and CR are two',
    'data: a\n\rdata: b\n\n',
    [
      [null, 'a'],
      [null, 'b'],
    ],
  ],
  ['all three in one event', 'data: a\ndata: b\rdata: c\r\n\n', [[null, 'a\nb\nc']]],
  [
    'other breaks of Unicode end nothing',
    'data: a\u2028b\u2029c\u0085d\u000be\n\n',
    [[null, 'a\u2028b\u2029c\u0085d\u000be']],
  ],
  ['a comment is nothing', ':\n:: a\n: data: b\ndata: c\n:d\ndata: e\n\n', [[null, 'c\ne']]],
  ['an event without data is none', 'event: a\n\ndata: b\n\n', [[null, 'b']]],
  [
    'a name holds for one event',
    'event: a\ndata: 1\n\ndata: 2\n\n',
    [
      ['a', '1'],
      [null, '2'],
    ],
  ],
  ['the last name counts', 'event: a\nevent: b\ndata: 1\n\n', [['b', '1']]],
  ['an empty name is none', 'event: a\nevent:\ndata: 1\n\n', [[null, '1']]],
  [
    'an id is nothing to a chat',
    'id: 1\ndata: a\n\nid: \u0000\ndata: b\n\n',
    [
      [null, 'a'],
      [null, 'b'],
    ],
  ],
  ['a retry is nothing either, right or wrong', 'retry: 10\nretry: -1\nretry: x\nretry\ndata: a\n\n', [[null, 'a']]],
  ['NUL is a character like others', 'data: \u0000\n\n\u0000data: b\n\n', [[null, '\u0000']]],
  [
    'blank lines between events are nothing',
    '\n\n\r\r\n\ndata: a\n\n\n\n\ndata: b\n\n',
    [
      [null, 'a'],
      [null, 'b'],
    ],
  ],
  ['no stream is no event', '', []],
  ['comments alone are none', ': a\n\n: b\n', []],
  [
    'an event counts without its blank line',
    'data: a\n\ndata: b\n',
    [
      [null, 'a'],
      [null, 'b'],
    ],
  ],
  [
    'invalid UTF-8 becomes U+FFFD',
    Uint8Array.of(...Buffer.from('data: a'), 0xff, 0xc0, 0x80, 10, 10),
    [[null, 'a\ufffd\ufffd\ufffd']],
  ],
])('%s', (_name, stream, events) => {
  const bytes = typeof stream === 'string' ? Buffer.from(stream) : stream
  expect(read([bytes])).toEqual(events)
  for (let at = 0; at <= bytes.length; at += 1) expect(read(cutBytes(bytes, [at]))).toEqual(events)
})

it('finds in streams that come in pieces what the parser finds in the whole', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const bytes = streamOf(seed)
    const events: Read = []
    const parser = createParser({ onEvent: ({ event, data }) => events.push([event ?? null, data]) })
    parser.feed(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
    parser.feed('\n\n')
    expect(read(cutBytes(bytes, [seed % 7, seed % 31, 1, seed % 3, 2])), `stream of seed ${seed}`).toEqual(events)
  }
})
