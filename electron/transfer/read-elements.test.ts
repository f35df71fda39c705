import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { BrokenJson, createElementReader, type FileElement } from './read-elements.ts'

const LISTS = new Set(['conversations', 'tags'])
const LIMITS = { elementBytes: 1_000_000, tokenBytes: 1_000_000, depth: 100 }

/** Pushes the bytes in pieces of the given sizes, over and over. */
function read(text: string | Uint8Array, sizes: number[] = [64], limits = LIMITS): FileElement[] {
  const bytes = Buffer.from(text as string)
  const reader = createElementReader(LISTS, limits)
  const elements: FileElement[] = []
  for (let start = 0, turn = 0; start < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 64
    elements.push(...reader.push(bytes.subarray(start, start + size)))
    start += size
  }
  reader.end()
  return elements
}

const json = fc.jsonValue({ stringUnit: 'binary' })
const text = fc.string({ unit: 'binary' })
const escaped = (document: string) =>
  document.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe('reading a document element by element', () => {
  it('gives what JSON.parse gives, wherever the bytes are cut', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 })
    fc.assert(
      fc.property(
        fc.array(json),
        fc.array(text),
        json,
        fc.boolean(),
        sizes,
        (conversations, tags, value, ascii, cuts) => {
          const document = { before: value, conversations, between: 'x', tags, after: value }
          const plain = JSON.stringify(document, null, ascii ? 2 : 0)
          const elements = read(ascii ? escaped(plain) : plain, cuts)
          const told = elements.map((element) => [element.name, 'value' in element ? element.value : null])
          const expected = JSON.parse(plain) as typeof document
          expect(told).toEqual([
            ['before', expected.before],
            ...expected.conversations.map((inner) => ['conversations', inner]),
            ['between', 'x'],
            ...expected.tags.map((inner) => ['tags', inner]),
            ['after', expected.after],
          ])
        },
      ),
      { numRuns: 500 },
    )
  })

  it('copies each byte a few times at most, however long the document', () => {
    const concat = vi.spyOn(Buffer, 'concat')
    const document = JSON.stringify({ conversations: Array.from({ length: 2_000 }, () => 'x'.repeat(1_000)) })
    read(document, [10_000])
    const copied = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0)
    concat.mockRestore()
    expect(copied).toBeLessThan(3 * document.length)
  })

  it('refuses what is too large or too deep, and reads on', () => {
    const limits = { elementBytes: 500, tokenBytes: 1_000_000, depth: 3 }
    const large = 'x'.repeat(2_000)
    const elements = read(JSON.stringify({ conversations: [1, large, [[[[]]]], 2], large, end: true }), [100], limits)
    expect(elements).toEqual([
      { type: 'element', name: 'conversations', index: 0, json: '1', value: 1 },
      { type: 'refused', name: 'conversations', index: 1, reason: 'too-large' },
      { type: 'refused', name: 'conversations', index: 2, reason: 'too-deep' },
      { type: 'element', name: 'conversations', index: 3, json: '2', value: 2 },
      { type: 'refused', name: 'large', index: null, reason: 'too-large' },
      { type: 'member', name: 'end', json: 'true', value: true },
    ])
  })

  it('refuses what has its brackets right and its commas wrong, and reads on', () => {
    expect(read('{"conversations": [{"a" 1}, [1,, 2], 3], "b": [1 2], "c": 4}')).toMatchObject([
      { index: 0, reason: 'not-json' },
      { index: 1, reason: 'not-json' },
      { value: 3 },
      { name: 'b', reason: 'not-json' },
      { name: 'c', value: 4 },
    ])
  })

  it.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['a text', '"x"'],
    ['a document that ends early', '{"a": 1'],
    ['a list that ends early', '{"conversations": [1, 2'],
    ['a bracket too many', '{"conversations": [1]}}'],
    ['a bracket of the other kind', '{"conversations": [1}'],
    ['no comma', '{"conversations": [1 2]}'],
    ['no colon', '{"a" 1}'],
    ['more after the end', '{"a": 1} {"b": 2}'],
    ['a raw line feed in a text', '{"a": "x\ny"}'],
    ['bytes that are no UTF-8', Buffer.from('{"a": "\xff\xfe"}', 'latin1')],
    ['UTF-16', Buffer.from('{"a": 1}', 'utf16le')],
  ])('calls %s broken', (_name, document) => {
    expect(() => read(document)).toThrow(BrokenJson)
  })

  it('stops at a token that is larger than memory should hold', () => {
    const limits = { elementBytes: 100, tokenBytes: 1_000, depth: 3 }
    expect(() => read(`{"a": ${'1'.repeat(5_000)}}`, [100], limits)).toThrow(BrokenJson)
  })
})
