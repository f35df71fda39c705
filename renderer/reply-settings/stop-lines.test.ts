import { expect, it } from 'vitest'
import { checkStops, readStops, writeStops } from './stop-lines.ts'

it('takes one sequence a line, with a line feed written out', () => {
  expect(readStops('END\n\n\\n\\nUser:\n')).toEqual(['END', '\n\nUser:'])
  expect(writeStops(['END', '\n\nUser:'])).toBe('END\n\\n\\nUser:')
})

it('refuses more and longer ones than a request may hold', () => {
  expect(checkStops(Array(16).fill('x').join('\n'))).toBe(true)
  expect(checkStops(Array(17).fill('x').join('\n'))).toBe(false)
  expect(checkStops('x'.repeat(501))).toBe(false)
})
