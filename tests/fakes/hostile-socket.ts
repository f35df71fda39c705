import fc from 'fast-check'
import { chunkEvent, replyEvents } from './fake-fault.ts'
import { chunked, GOOD_TEXTS, type SocketStep } from './socket-server.ts'

/** The text of every reply that these servers begin; it is never shorter in one that counts as whole. */
export const HOSTILE_TEXT = GOOD_TEXTS.join('')

const EVENTS = replyEvents(GOOD_TEXTS)
const BODY = EVENTS.join('')
const BODY_BYTES = Buffer.byteLength(BODY)

const statusLine = fc.oneof(
  { weight: 6, arbitrary: fc.constant('HTTP/1.1 200 OK') },
  fc.constantFrom('HTTP/1.0 200 OK', 'HTTP/1.1 200', 'HTTP/1.1 203 Maybe', 'HTTP/1.1 500 Broken', 'HTTP/1.1 429 Slow'),
  fc.constantFrom(
    'HTTP/1.1 999 Odd',
    'HTTP/9.9 200 OK',
    'ICY 200 OK',
    'HTTP/1.1 -1 OK',
    'SSH-2.0-server',
    '',
    '\u0000',
  ),
)

/** What may come before the answer. */
const informational = fc
  .tuple(
    fc.constantFrom(
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 102 Processing\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    ),
    fc.constantFrom(0, 0, 0, 0, 1, 3, 500),
  )
  .map(([text, times]) => text.repeat(times))

const oddHeader = fc.constantFrom(
  '',
  '',
  '',
  'x: y\r\n'.repeat(3_000),
  `x: ${'y'.repeat(100_000)}\r\n`,
  'x: a\r\n b\r\n',
  'x\u0000: y\r\n',
  ': y\r\n',
  'no colon\r\n',
  'set-cookie: a=b\r\n',
  'connection: upgrade\r\nupgrade: h2c\r\n',
  'content-encoding: gzip\r\n',
  'content-encoding: br\r\n',
  'content-encoding: identity, gzip\r\n',
  'content-encoding: zstd\r\ncontent-encoding: identity\r\n',
)

const contentType = fc.constantFrom(
  'content-type: text/event-stream\r\n',
  'content-type: text/event-stream; charset=utf-8\r\n',
  'content-type: text/html\r\n',
  'content-type: application/json\r\n',
  '',
)

/** How long the body says that it is, and the bytes of it. */
const framing = fc.constantFrom<[headers: string, body: string]>(
  ['transfer-encoding: chunked\r\n', `${chunked(EVENTS)}0\r\n\r\n`],
  ['transfer-encoding: chunked\r\n', chunked(EVENTS)],
  ['transfer-encoding: chunked\r\n', `${chunked(EVENTS)}0\r\nx-trailer: 1\r\n\r\n`],
  ['transfer-encoding: chunked\r\n', `${chunked(EVENTS)}0\r\n${'x-trailer: 1\r\n'.repeat(3_000)}\r\n`],
  ['transfer-encoding: chunked\r\n', `${chunked(EVENTS.slice(0, 3))}zz\r\nnonsense\r\n`],
  ['transfer-encoding: chunked\r\n', `${chunked(EVENTS.slice(0, 3))}FFFFFFFFFFFFFFFFF\r\n`],
  ['transfer-encoding: chunked\r\n', `${chunked(EVENTS.slice(0, 3))}-5\r\nabc\r\n`],
  ['transfer-encoding: chunked\r\n', `${chunked(EVENTS.slice(0, 3))}0\r\n\r\n`],
  ['transfer-encoding: chunked\r\n', `5;${'a=b;'.repeat(5_000)}\r\ndata:\r\n${chunked(EVENTS)}0\r\n\r\n`],
  ['transfer-encoding: gzip, chunked\r\n', `${chunked(EVENTS)}0\r\n\r\n`],
  ['transfer-encoding: chunked, identity\r\n', `${chunked(EVENTS)}0\r\n\r\n`],
  [`content-length: ${BODY_BYTES}\r\n`, BODY],
  [`content-length: ${BODY_BYTES - 200}\r\n`, BODY],
  [`content-length: ${BODY_BYTES + 200}\r\n`, BODY],
  ['content-length: 0\r\n', BODY],
  ['content-length: -1\r\n', BODY],
  ['content-length: 99999999999999999999\r\n', BODY],
  [`content-length: ${BODY_BYTES}\r\ncontent-length: 7\r\n`, BODY],
  [`content-length: 7\r\ntransfer-encoding: chunked\r\n`, `${chunked(EVENTS)}0\r\n\r\n`],
  ['', BODY],
)

/** What follows the bytes: mostly an orderly end. */
const ending = fc.constantFrom<SocketStep[]>(
  [{ type: 'end' }],
  [{ type: 'end' }],
  [{ type: 'reset' }],
  [],
  [{ type: 'wait', ms: 5 }, { type: 'reset' }],
)

const ends = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), whole: fc.boolean() })

/** A whole answer that is wrong somewhere, or stops at any byte, in pieces of any size. */
const answer = fc
  .tuple(statusLine, informational, contentType, oddHeader, framing, ending, ends, fc.integer({ min: 1, max: 5_000 }))
  .map(([status, before, type, odd, [length, body], after, { at, whole }, pieceBytes]): SocketStep[] => {
    const bytes = Buffer.from(`${before}${status}\r\n${type}${odd}${length}\r\n${body}`)
    const sent = whole ? bytes : bytes.subarray(0, Math.floor(at * bytes.length))
    // Few enough pieces that a large answer takes no longer than a small one.
    const size = Math.max(pieceBytes, Math.ceil(sent.length / 40))
    const pieces = Array.from({ length: Math.ceil(sent.length / size) }, (_, index): SocketStep => {
      return { type: 'write', bytes: sent.subarray(index * size, (index + 1) * size) }
    })
    return [...pieces, ...after]
  })

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n'

/** What never ends by itself: only the client can. */
const endless = fc.constantFrom<SocketStep[]>(
  [{ type: 'flood', bytes: 'HTTP/1.1 103 Early Hints\r\n\r\n' }],
  [{ type: 'flood', bytes: 'HTTP/1.1 100 Continue\r\n\r\n' }],
  [
    { type: 'write', bytes: 'HTTP/1.1 200 OK\r\n' },
    { type: 'flood', bytes: 'x-flood: y\r\n' },
  ],
  [
    { type: 'write', bytes: 'HTTP/1.1 200 OK\r\nx-flood: ' },
    { type: 'flood', bytes: 'y' },
  ],
  [
    { type: 'write', bytes: `${HEAD}${chunked(EVENTS.slice(0, 3))}0\r\n` },
    { type: 'flood', bytes: 'x-trailer: y\r\n' },
  ],
  [
    { type: 'write', bytes: `${HEAD}5;` },
    { type: 'flood', bytes: 'a=b;' },
  ],
  [
    { type: 'write', bytes: `${HEAD}${chunked(EVENTS)}` },
    { type: 'flood', bytes: chunked(['data: {"choices":[]}\n\n']) },
  ],
  [
    { type: 'write', bytes: `${HEAD}FFFFFFFF\r\ndata: ` },
    { type: 'flood', bytes: 'never a line end ' },
  ],
  [{ type: 'flood', bytes: '\r\n' }],
  [{ type: 'flood', bytes: '\u0000' }],
  [{ type: 'drip', bytes: HEAD + chunked(EVENTS), everyMs: 3 }],
  [
    { type: 'write', bytes: HEAD },
    { type: 'drip', bytes: chunked([chunkEvent({ content: 'slow' })]), everyMs: 3 },
  ],
  [],
  [{ type: 'end' }],
  [{ type: 'reset' }],
)

/** Answers that send the client elsewhere, to `location`. */
function redirects(location: string): fc.Arbitrary<SocketStep[]> {
  return fc
    .tuple(
      fc.constantFrom(300, 301, 302, 303, 305, 307, 308),
      fc.constantFrom(`location: ${location}\r\n`, `refresh: 0; url=${location}\r\nlocation: ${location}\r\n`),
      fc.constantFrom(`content-length: 0\r\n`, `alt-svc: h2="${new URL(location).host}"\r\ncontent-length: 0\r\n`),
    )
    .map(([status, where, length]) => [
      { type: 'write', bytes: `HTTP/1.1 ${status} Elsewhere\r\n${where}${length}\r\n` },
      { type: 'end' },
    ])
}

/** Whatever a server can do wrong at its socket. `elsewhere` is the address of another server. */
export function hostileSocket(elsewhere: string): fc.Arbitrary<SocketStep[]> {
  return fc.oneof({ weight: 8, arbitrary: answer }, endless, redirects(elsewhere))
}
