// A server of replies in a process of its own, so that what it costs is not measured. Prints its port. The model's name
// says what is wanted: `burst-N` (N events at once), `rate-N` (N events a second) or `endless`.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { streamedEnd, streamedEvent, streamedReply } from './streamed-reply.ts'

const TICK_MS = 4
const RATE_SECONDS = 5

const server = createServer((request, response) => {
  answer(request, response).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { model } = (await json(request)) as { model: string }
  const [kind, count] = model.split('-')
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (kind === 'burst') response.end(streamedReply(Number(count)))
  else if (kind === 'rate') await sendAtRate(response, Number(count))
  else await sendEndlessly(response)
}

/** As a model writes: an event a network write. */
async function sendAtRate(response: ServerResponse, perSecond: number): Promise<void> {
  const start = performance.now()
  let sent = 0
  while (sent < perSecond * RATE_SECONDS && !response.destroyed) {
    const due = Math.floor(((performance.now() - start) / 1_000) * perSecond)
    for (; sent < due; sent += 1) response.write(streamedEvent(sent))
    await sleep(TICK_MS)
  }
  response.end(streamedEnd())
}

async function sendEndlessly(response: ServerResponse): Promise<void> {
  const events = Array.from({ length: 200 }, (_, index) => streamedEvent(index)).join('')
  while (!response.destroyed) {
    // Once the reader has left this waits for ever, and is forgotten with the response.
    if (!response.write(events)) await new Promise((resolve) => response.once('drain', resolve))
  }
}
