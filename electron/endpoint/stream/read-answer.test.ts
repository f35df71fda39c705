import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkEvent, errorInStream, replyEvents } from '../../../tests/fakes/fake-fault.ts'
import { readAnswer } from './read-answer.ts'
import { createReplyReader, type ReplyState } from './reply-reader.ts'
import { SseTooLong } from './sse-lines.ts'

const LIMITS = { maxLineChars: 1024 * 1024, maxReplyBytes: 64 * 1024 * 1024 }

interface Outcome {
  text: string
  reasoning: string
  state: ReplyState
  tooLong: boolean
}

async function read(chunks: Iterable<Uint8Array>, limits = LIMITS): Promise<Outcome> {
  const reader = createReplyReader()
  const outcome: Outcome = { text: '', reasoning: '', state: reader.state, tooLong: false }
  const add = (events: ReturnType<typeof reader.end>) => {
    for (const event of events) {
      if (event.type === 'text-delta') outcome.text += event.text
      if (event.type === 'reasoning-delta') outcome.reasoning += event.text
    }
  }
  try {
    for await (const { events } of readAnswer(asBody(chunks), reader, limits)) add(events)
    add(reader.end())
  } catch (error) {
    if (!(error instanceof SseTooLong)) throw error
    outcome.tooLong = true
  }
  return outcome
}

async function* asBody(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  yield* chunks
}

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}

/** Lines that servers send, and lines that none should. */
const piece = fc.oneof(
  fc.constantFrom(
    chunkEvent({ role: 'assistant', content: null }),
    chunkEvent({ content: 'Hällo 🌍' }),
    chunkEvent({ content: '<think>' }),
    chunkEvent({ content: '</think>' }),
    chunkEvent({ reasoning_content: 'hm' }),
    chunkEvent({ content: 5 }),
    chunkEvent({ content: [{ type: 'text', text: 'part' }] }),
    chunkEvent({}, 'stop'),
    'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
    'data: {"choices":[{"delta":{"content":"\\ude00"}}]}\n\n',
    'data: {"__proto__":{"error":{"message":"x"}},"choices":[]}\n\n',
    'data: [1,2]\n\n',
    'data: null\n\n',
    'data:\n\n',
    'data: {"choices":[\ndata: {"delta":{"content":"two lines"}}]}\n\n',
    'event: execute\ndata: {"choices":[{"delta":{"content":"evil"}}]}\n\n',
    'id: 1\nretry: 5\n',
    ': ping\n\n',
    '\n\n\n',
    '\r',
    '\r\n',
    '\ufeff',
    '\u0000',
    'nonsense\n',
    'data: [DONE]\n\n',
    errorInStream('openai', 'bad'),
    errorInStream('ollama-line', 'bad'),
    errorInStream('llama-field', 'bad'),
    errorInStream('event-error', 'bad'),
    'data: {"choices":[{"delta"\n\n',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

const bytesOfPieces = fc.oneof(
  fc.array(piece, { maxLength: 30 }).map((pieces) => new TextEncoder().encode(pieces.join(''))),
  fc
    .array(
      fc.oneof(
        piece.map((text) => [...Buffer.from(text)]),
        fc.array(fc.nat(255), { maxLength: 8 }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => Uint8Array.from(parts.flat())),
)

describe('the bytes of an answer', () => {
  it('mean the same however the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(bytesOfPieces, fc.array(fc.nat(40), { maxLength: 60 }), async (bytes, sizes) => {
        expect(await read(cut(bytes, sizes))).toEqual(await read([bytes]))
      }),
      { numRuns: 1_000 },
    )
  })

  it('mean the same a byte at a time', async () => {
    const bytes = Buffer.from([...replyEvents(['Hällo ', '🌍', '\u0000'])].join('').replaceAll('\n', '\r\n'))
    const whole = await read([bytes])
    expect(whole).toMatchObject({ text: 'Hällo 🌍\u0000', state: { done: true, finishReason: 'stop' } })
    expect(await read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole)
  })

  it('never give text that storage would change', async () => {
    await fc.assert(
      fc.asyncProperty(bytesOfPieces, async (bytes) => {
        const { text, reasoning } = await read([bytes])
        expect([/\p{Cs}/u.test(text), /\p{Cs}/u.test(reasoning)]).toEqual([false, false])
      }),
    )
  })

  it('are read with a byte order mark, and with characters cut into two escapes', async () => {
    const events = [
      '\ufeff',
      chunkEvent({ content: 'A' }),
      'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
      'data: {"choices":[{"delta":{"content":"\\ude00!"}}]}\n\n',
      'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
    ]
    expect((await read([Buffer.from(events.join(''))])).text).toBe('A😀!\ufffd')
  })

  it('end the reading when a line, an event or a comment never ends, with little held', async () => {
    for (const start of ['data: ', ': ', 'x', 'data: x\ndata: ']) {
      let sentBytes = 0
      const endless = (function* () {
        yield Buffer.from(start)
        const block = Buffer.alloc(65_536, start.includes('\n') ? 'y\ndata: ' : 'y')
        for (; sentBytes < 100 * 1024 * 1024; sentBytes += block.length) yield block
      })()
      expect(await read(endless)).toMatchObject({ text: '', tooLong: true })
      expect(sentBytes).toBeLessThan(8 * 1024 * 1024)
    }
  })

  it('can be a million empty events, or JSON nested without end', async () => {
    const deep = `data: ${'['.repeat(100_000)}${']'.repeat(100_000)}\n\n`
    const blank = Buffer.alloc(65_536, '\n')
    const chunks = [
      ...Array.from({ length: 32 }, () => blank),
      Buffer.from(deep),
      Buffer.from(replyEvents(['ok']).join('')),
    ]
    expect(await read(chunks)).toMatchObject({ text: 'ok', state: { done: true } })
  })

  it('of a JSON answer stop at the largest reply that is taken', async () => {
    const limits = { ...LIMITS, maxReplyBytes: 100 }
    const body = JSON.stringify({ choices: [{ message: { content: 'x'.repeat(500) } }] })
    expect(await read(cut(Buffer.from(body), [50, 100, 100]), limits)).toMatchObject({
      text: '',
      state: { done: false },
    })
  })
})
