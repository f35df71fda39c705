// How fast a streamed reply is read, against the parser alone and against what one writes in ten lines, in memory and over
// TCP; and F22: how long the thread that reads a reply and has it saved keeps everything else waiting.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { createParser } from 'eventsource-parser'
import { Agent, request } from 'undici'
import { streamChat } from '../electron/endpoint/chat.ts'
import { readAnswer } from '../electron/endpoint/stream/answer/read-answer.ts'
import { createReplyReader } from '../electron/endpoint/stream/answer/reply-reader.ts'
import { defaultLimits } from '../electron/endpoint/stream/chat-limits.ts'
import { type History, openHistory } from '../electron/history/history.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'
import { createChunkWriter } from '../electron/replies/chunk-writer.ts'
import { inBenchFolder } from './measuring/bench-folder.ts'
import { sending } from './measuring/messages.ts'
import { streamedReply } from './measuring/streamed-reply.ts'
import { quantile, ratio, takeTurns, type Way } from './measuring/take-turns.ts'

const EVENTS = 20_000
const TURNS = { rounds: 7, perRound: 3 }
const PIECE_BYTES = 16_384
const IDLE_MS = 3_000
const NANOSECONDS_PER_MS = 1_000_000
/** The histogram wakes up this often, and counts that as delay too. */
const RESOLUTION_MS = 1

const bytes = Buffer.from(streamedReply(EVENTS))
const agent = new Agent({ pipelining: 0 })

async function* inPieces(): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES)
}

interface Chunk {
  choices: { delta: { content?: string } }[]
}

const textOf = (data: string) => (JSON.parse(data) as Chunk).choices[0]?.delta.content ?? ''

/** What one writes in ten lines: right only for servers that behave. */
async function readNaively(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let text = ''
  for await (const piece of body) {
    const events = (rest + decoder.decode(piece, { stream: true })).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) if (event !== 'data: [DONE]') text += textOf(event.slice('data: '.length))
  }
  return text
}

async function readWithParser(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  const parser = createParser({
    onEvent({ data }) {
      if (data !== '[DONE]') text += textOf(data)
    },
  })
  for await (const piece of body) parser.feed(decoder.decode(piece, { stream: true }))
  return text
}

async function readAsTheApp(body: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const { events } of readAnswer(body, createReplyReader(), defaultLimits)) {
    for (const event of events) if (event.type === 'text-delta') text += event.text
  }
  return text
}

async function overTcp(url: string, read: (body: AsyncIterable<Uint8Array>) => Promise<string>): Promise<string> {
  const body = JSON.stringify({ model: `burst-${EVENTS}` })
  const answer = await request(`${url}/chat/completions`, { method: 'POST', body, dispatcher: agent })
  return read(answer.body)
}

function chat(url: string, model: string) {
  const endpoint = { kind: 'http', baseUrl: url, key: null } as const
  const signal = new AbortController().signal
  return streamChat({ endpoint, model, messages: [], sampling: {}, signal, estimatedPromptTokens: 0 })
}

async function chatOverTcp(url: string): Promise<string> {
  let text = ''
  for await (const event of chat(url, `burst-${EVENTS}`)) if (event.type === 'text-delta') text += event.text
  return text
}

/** Fails where a way has not read the same text as the others: then its time means nothing. */
function checked(name: string, read: () => Promise<string>, expected: string): Way {
  return {
    name,
    async run() {
      if ((await read()) !== expected) throw new Error(`"${name}" has read something else`)
    },
  }
}

async function measureReading(url: string): Promise<void> {
  const expected = await readNaively(inPieces())
  const ways = [
    checked('memory: split on blank lines, JSON.parse', () => readNaively(inPieces()), expected),
    checked('memory: eventsource-parser, JSON.parse (baseline)', () => readWithParser(inPieces()), expected),
    checked('memory: ours (readAnswer)', () => readAsTheApp(inPieces()), expected),
    checked('TCP: undici, split on blank lines', () => overTcp(url, readNaively), expected),
    checked('TCP: undici, eventsource-parser (baseline)', () => overTcp(url, readWithParser), expected),
    checked('TCP: ours (streamChat)', () => chatOverTcp(url), expected),
  ]
  await takeTurns(ways, { rounds: 2, perRound: 2 })
  const measured = await takeTurns(ways, TURNS)
  console.table(
    measured.map((way, index) => {
      const p50 = quantile(way.rounds.flat(), 0.5)
      return {
        way: way.name,
        'events/s': Math.round((EVENTS / p50) * 1_000),
        'MB/s': (bytes.length / p50 / 1_000).toFixed(0),
        'p50 ms': p50.toFixed(1),
        'x baseline': ratio(way, measured[index < 3 ? 1 : 4]).toFixed(2),
      }
    }),
  )
}

/** How late timers of this thread are while `work` runs, in milliseconds. */
async function delayWhile(name: string, work: () => Promise<number>) {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const start = performance.now()
  const cpu = process.threadCpuUsage?.()
  histogram.enable()
  const tokens = await work()
  histogram.disable()
  const used = process.threadCpuUsage?.(cpu)
  const inMs = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS_PER_MS - RESOLUTION_MS).toFixed(2)
  const seconds = (performance.now() - start) / 1_000
  return {
    meanwhile: name,
    'tokens/s': Math.round(tokens / seconds),
    'delay p50 ms': inMs(histogram.percentile(50)),
    'p99 ms': inMs(histogram.percentile(99)),
    'max ms': inMs(histogram.max),
    'thread busy %': used === undefined ? '–' : ((used.user + used.system) / seconds / 10_000).toFixed(1),
  }
}

/** Begins a reply in a conversation of its own; its id. */
async function beginReply(history: History): Promise<string> {
  const fields = { systemPrompt: '', endpointId: null, model: null, now: Date.now() }
  const { id: conversationId } = await history.createConversation(fields)
  // One that has a name is not taken again for the next.
  await history.renameConversation({ conversationId, title: 'A reply', source: 'user' })
  return (await history.beginReply({ ...sending(), conversationId })).replyId
}

/** Receives replies as the app does: into memory, and through the chunk writer into the history. Returns their tokens. */
async function receive(history: History, url: string, models: readonly string[]): Promise<number> {
  const writer = createChunkWriter(
    (chunks) => history.appendChunks({ chunks }),
    (_ids, error) => console.error(error),
  )
  const replies: { model: string; replyId: string }[] = []
  for (const model of models) replies.push({ model, replyId: await beginReply(history) })
  const received = await Promise.all(
    replies.map(async ({ model, replyId }) => {
      let tokens = 0
      try {
        for await (const event of chat(url, model)) {
          if (event.type !== 'text-delta') continue
          tokens += 1
          writer.add(replyId, { text: event.text })
        }
      } catch (error) {
        if (model !== 'endless') throw error
      }
      return tokens
    }),
  )
  await writer.flush()
  return received.reduce((sum, tokens) => sum + tokens, 0)
}

async function measureDelay(url: string, folder: string): Promise<void> {
  const bundle = await bundleForNode({ worker: 'worker.ts' })
  const workerUrl = pathToFileURL(join(bundle, 'worker.mjs'))
  const history = await openHistory({ file: join(folder, 'history.db'), key: randomBytes(32), workerUrl })
  try {
    await receive(history, url, ['rate-300'])
    const rows = [
      await delayWhile('nothing (floor)', () => wait(IDLE_MS, 0)),
      await delayWhile('a reply of 300 tokens/s', () => receive(history, url, ['rate-300'])),
      await delayWhile('a reply of 1,000 tokens/s', () => receive(history, url, ['rate-1000'])),
      await delayWhile('ten replies of 300 tokens/s', () => receive(history, url, Array(10).fill('rate-300'))),
      await delayWhile('a reply without end, until it is refused', () => receive(history, url, ['endless'])),
    ]
    console.table(rows)
  } finally {
    await history.close()
    rmSync(bundle, { recursive: true, force: true })
  }
}

async function startSource(): Promise<{ source: ChildProcess; url: string }> {
  const script = join(import.meta.dirname, 'measuring', 'stream-source.ts')
  const source = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = await once(source.stdout as Readable, 'data')
  return { source, url: `http://127.0.0.1:${String(port).trim()}/v1` }
}

const { source, url } = await startSource()
try {
  await measureReading(url)
  await inBenchFolder((folder) => measureDelay(url, folder))
} finally {
  source.kill()
  await agent.close()
}
