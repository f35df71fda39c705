// A durable message against the least that any store must do: write one page and wait for the disk.
import { randomBytes } from 'node:crypto'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type History, openHistory } from '../electron/history/history.ts'
import { bundleForNode } from '../electron/history/testing/bundle-for-node.ts'

const ROUNDS = 5
const PER_ROUND = 100
const PAGE_BYTES = 4096
/** About 520 bytes, as long as a message usually is. */
const TEXT = 'A message that somebody might have written. '.repeat(12)

const bundle = await bundleForNode({ worker: 'worker.ts' })
// Beside this file: a folder for temporary files may be in memory, where waiting for the disk costs nothing.
const folder = mkdtempSync(join(import.meta.dirname, '.append-'))
const history = await openHistory({
  file: join(folder, 'history.db'),
  key: randomBytes(32),
  workerUrl: pathToFileURL(join(bundle, 'worker.mjs')),
})
const raw = openSync(join(folder, 'raw'), 'w')
try {
  const send = await sender(history)
  const chunk = await chunkWriter(history)
  let position = 0
  const page = randomBytes(PAGE_BYTES)
  const ways = {
    'pwrite 4 KiB + fdatasync (floor)': () => {
      writeSync(raw, page, 0, PAGE_BYTES, position)
      fdatasyncSync(raw)
      position += PAGE_BYTES
    },
    'message and reply begun (beginReply)': send,
    'streamed text (appendChunks)': chunk,
    'a call that writes nothing (getSettings)': () => history.getSettings({}),
  }
  report(await measure(ways))
} finally {
  closeSync(raw)
  await history.close()
  for (const made of [folder, bundle]) rmSync(made, { recursive: true, force: true })
}

/** Milliseconds of each call by way, the ways taking turns so that a slow moment of the disk meets all of them. */
async function measure(ways: Record<string, () => unknown>): Promise<Map<string, number[][]>> {
  const rounds = new Map(Object.keys(ways).map((name) => [name, [] as number[][]]))
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, run] of Object.entries(ways)) {
      const times: number[] = []
      for (let turn = 0; turn < PER_ROUND; turn += 1) {
        const start = performance.now()
        await run()
        times.push(performance.now() - start)
      }
      rounds.get(name)?.push(times)
    }
  }
  return rounds
}

function report(rounds: Map<string, number[][]>): void {
  const [floor] = rounds.values()
  const rows = [...rounds].map(([way, times]) => ({
    way,
    'p50 ms': quantile(times.flat(), 0.5).toFixed(3),
    'p95 ms': quantile(times.flat(), 0.95).toFixed(3),
    'x floor (median of rounds)': quantile(
      times.map((round, index) => quantile(round, 0.5) / quantile(floor?.[index] ?? [], 0.5)),
      0.5,
    ).toFixed(2),
  }))
  console.table(rows)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function request() {
  return {
    model: 'small',
    endpointId: null,
    endpointName: 'Local',
    sampling: {},
    continueMode: null,
    sent: {
      strategy: 'automatic',
      sentMessages: 1,
      leftOutMessages: 0,
      estimatedTokens: 130,
      windowTokens: 4096,
      windowSource: 'assumed' as const,
    },
    now: Date.now(),
  }
}

/** Each call sends the first message of a conversation of its own, made ready before anything is timed. */
async function sender(history: History): Promise<() => Promise<unknown>> {
  const ids: string[] = []
  for (let made = 0; made < ROUNDS * PER_ROUND; made += 1) {
    const { id } = await history.createConversation({
      systemPrompt: '',
      endpointId: null,
      model: null,
      now: Date.now(),
    })
    // One that is renamed is not used again for the next.
    await history.renameConversation({ conversationId: id, title: `Conversation ${made}`, source: 'user' })
    ids.push(id)
  }
  return async () => {
    const conversationId = ids.pop() ?? ''
    await history.beginReply({ ...request(), conversationId, action: { type: 'send', text: TEXT } })
  }
}

async function chunkWriter(history: History): Promise<() => Promise<void>> {
  const { id } = await history.createConversation({ systemPrompt: '', endpointId: null, model: null, now: Date.now() })
  const { replyId } = await history.beginReply({
    ...request(),
    conversationId: id,
    action: { type: 'send', text: TEXT },
  })
  return () => history.appendChunks({ chunks: [{ messageId: replyId, text: TEXT, reasoning: '' }] })
}
