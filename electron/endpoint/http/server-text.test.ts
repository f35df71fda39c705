import { describe, expect, it } from 'vitest'
import { cleanServerText } from './server-text.ts'

describe('what a server says about an error', () => {
  it.each<[string, unknown, string]>([
    ['OpenAI', { error: { message: 'Nope', code: 1 } }, 'Nope'],
    ['a string', { error: 'Nope' }, 'Nope'],
    ['vLLM of old', { object: 'error', message: 'Nope' }, 'Nope'],
    ['FastAPI', { detail: [{ msg: 'field required', loc: ['body'] }] }, 'field required'],
    ['JSON in a string', { error: '{"error":{"message":"Nope"}}' }, 'Nope'],
    ['text', 'Nope', 'Nope'],
    ['nothing', null, ''],
    ['numbers', { error: { message: 5 } }, ''],
    ['nesting without end', JSON.parse(`${'{"error":'.repeat(50)}"x"${'}'.repeat(50)}`), ''],
  ])('is found in the dialect of %s', (_name, body, text) => {
    expect(cleanServerText(body, null)).toBe(text)
  })

  it('is shown without control, bidirectional and invisible characters, or halves of characters', () => {
    expect(cleanServerText('a\u0000b\u001b[31m\nc\u202ed\u200be\ud83d', null)).toBe('a b [31m cde')
  })

  it('is cut to 300 characters and never holds the key', () => {
    const text = cleanServerText(`key sk-1: ${'🌍'.repeat(400)}`, 'sk-1')
    expect([text.startsWith('key [key]: 🌍'), Array.from(text).length, text.endsWith('…')]).toEqual([true, 300, true])
  })
})
