import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Flood, FloodServer } from './flood-server.ts'

const run = promisify(execFile)
const MiB = 1024 * 1024

export interface NamedFlood extends Omit<Flood, 'maxBytes'> {
  what: string
  route: 'chat' | 'json'
  outcome: RegExp
}

const ok = (...lines: string[]) => ['HTTP/1.1 200 OK', ...lines, '', ''].join('\r\n')
const json = 'content-type: application/json'
const stream = 'content-type: text/event-stream'
const typed = /^(endpoint|stream|reply)-/

/** What a server can pour out in place of each kind of answer. */
export const floods: readonly NamedFlood[] = [
  { what: 'a list of models', route: 'json', head: ok(json), again: '{"id":"model"},', outcome: /answered|^endpoint-/ },
  { what: 'white space', route: 'json', head: ok(json), again: ' ', outcome: /answered|^endpoint-/ },
  {
    what: 'the body of an error',
    route: 'json',
    head: `HTTP/1.1 500 Oh\r\n${json}\r\n\r\n`,
    again: 'oh ',
    outcome: typed,
  },
  { what: 'headers', route: 'json', head: 'HTTP/1.1 200 OK\r\n', again: 'a: b\r\n', outcome: typed },
  { what: 'one header', route: 'json', head: 'HTTP/1.1 200 OK\r\na: ', again: 'b', outcome: typed },
  {
    what: 'trailers',
    route: 'json',
    head: `${ok('transfer-encoding: chunked')}0\r\n`,
    again: 'a: b\r\n',
    outcome: typed,
  },
  {
    what: 'chunk extensions',
    route: 'json',
    head: `${ok('transfer-encoding: chunked')}1;`,
    again: 'a',
    outcome: typed,
  },
  {
    what: 'a reply as one body',
    route: 'chat',
    head: `${ok(json)}{"choices":[{"message":{"content":"`,
    again: 'text ',
    outcome: typed,
  },
  {
    what: 'the error in place of a reply',
    route: 'chat',
    head: `HTTP/1.1 400 Bad\r\n${json}\r\n\r\n`,
    again: 'bad ',
    outcome: typed,
  },
  { what: 'a line without end', route: 'chat', head: `${ok(stream)}data: `, again: 'x', outcome: typed },
  { what: 'an event without end', route: 'chat', head: ok(stream), again: 'data: x\n', outcome: typed },
  { what: 'empty events', route: 'chat', head: ok(stream), again: 'data:\n\n', outcome: typed },
  { what: 'comments', route: 'chat', head: ok(stream), again: ':\n\n', outcome: typed },
  { what: 'empty lines', route: 'chat', head: ok(stream), again: '\n', outcome: typed },
  { what: 'a web page', route: 'chat', head: ok('content-type: text/html'), again: '<p>', outcome: typed },
]

/** Lets a process of its own take `flood`, up to `maxBytes` of it, and tells what came of that. */
export async function withstandFlood(server: FloodServer, { route, head, again }: NamedFlood, maxBytes: number) {
  server.floodWith({ head, again, maxBytes })
  const program = 'electron/endpoint/testing/measure-flood.ts'
  const { stdout } = await run(process.execPath, ['--expose-gc', program, server.origin, route])
  const { outcome, grownBytes } = JSON.parse(stdout) as { outcome: string; grownBytes: number }
  return { outcome, grownMiB: Math.round(grownBytes / MiB), takenMiB: Math.round(server.takenBytes() / MiB) }
}
