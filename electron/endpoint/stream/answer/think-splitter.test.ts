import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createThinkSplitter } from './think-splitter.ts'

function split(chunks: readonly string[]): { text: string; reasoning: string } {
  const splitter = createThinkSplitter()
  const result = { text: '', reasoning: '' }
  for (const { type, text } of [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()]) {
    result[type === 'text-delta' ? 'text' : 'reasoning'] += text
  }
  return result
}

const cases: [string, { text: string; reasoning: string }][] = [
  ['<think>\nHm.\n</think>\n\nYes.', { text: 'Yes.', reasoning: '\nHm.\n' }],
  ['\n<thinking>Hm</thinking>Yes', { text: 'Yes', reasoning: 'Hm' }],
  ['<think>never closed </thin', { text: '', reasoning: 'never closed </thin' }],
  ['<think></think>Yes', { text: 'Yes', reasoning: '' }],
  ['[THINK]Hm[/THINK]Yes', { text: 'Yes', reasoning: 'Hm' }],
  ['<|channel>thought\nHm\n<channel|>Yes', { text: 'Yes', reasoning: '\nHm\n' }],
  [
    '<|channel|>analysis<|message|>Hm<|end|><|start|>assistant<|channel|>final<|message|>Yes',
    { text: 'Yes', reasoning: 'Hm' },
  ],
  // Nothing opened it: what came before has been shown by then, and stays where it is.
  ['Hm\n</think>\n\nYes', { text: 'Hm\n</think>\n\nYes', reasoning: '' }],
  ['Use <think>tags</think> so', { text: 'Use <think>tags</think> so', reasoning: '' }],
  ['<thin ice>', { text: '<thin ice>', reasoning: '' }],
  ['<think>a < b </think>c</think>', { text: 'c</think>', reasoning: 'a < b ' }],
  ['  plain', { text: '  plain', reasoning: '' }],
  ['<thi', { text: '<thi', reasoning: '' }],
  [`${' '.repeat(300)}<think>x`, { text: `${' '.repeat(300)}<think>x`, reasoning: '' }],
]

describe('a block of reasoning inside the text', () => {
  it.each(cases)('is told apart in %j, however it is cut', (text, expected) => {
    expect(split([text])).toEqual(expected)
    expect(split(Array.from(text))).toEqual(expected)
  })

  it('is told apart the same way for any cutting', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<thi', 'nk>', '</', ' ', '\n', 'a', '<', 'thinking>')
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(12)), (pieces, cuts) => {
        const text = pieces.join('')
        expect(split(cut(text, cuts))).toEqual(split([text]))
      }),
    )
  })
})

function cut(text: string, sizes: readonly number[]): string[] {
  const chunks: string[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(text.slice(at, at + size))
    at += size
  }
  return [...chunks, text.slice(at)]
}
