import fc from 'fast-check'
import { chunkEvent, errorInStream } from './fake-fault.ts'

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
    'data\n',
    'data: {"choices":[\ndata: {"delta":{"content":"two lines"}}]}\n\n',
    'event: execute\ndata: {"choices":[{"delta":{"content":"evil"}}]}\n\n',
    'event\n',
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

/** Streams between the plausible and pure noise, invalid UTF-8 included. */
export const hostileBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.array(piece, { maxLength: 30 }).map((pieces) => new TextEncoder().encode(pieces.join(''))),
  fc
    .array(
      fc.oneof(
        piece.map((text) => [...Buffer.from(text)]),
        fc.array(fc.nat(255), { maxLength: 8 }),
      ),
      {
        maxLength: 12,
      },
    )
    .map((parts) => Uint8Array.from(parts.flat())),
)

/** Sizes of the pieces in which a network could deliver something. */
export const cutSizes: fc.Arbitrary<number[]> = fc.array(fc.nat(40), { maxLength: 60 })

/** `bytes` in pieces of `sizes`, the rest in one. */
export function cutBytes(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}
