import { expect, it } from 'vitest'
import { rowForKey } from './list-keys.ts'

it('moves by rows, pages and to both ends, and stops there', () => {
  const moves = ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp', 'Home', 'End', 'a'].map((key) => [
    key,
    rowForKey(key, 0, 30, 10),
    rowForKey(key, 15, 30, 10),
    rowForKey(key, 29, 30, 10),
  ])
  expect(moves).toEqual([
    ['ArrowDown', 1, 16, 29],
    ['ArrowUp', 0, 14, 28],
    ['PageDown', 10, 25, 29],
    ['PageUp', 0, 5, 19],
    ['Home', 0, 0, 0],
    ['End', 29, 29, 29],
    ['a', null, null, null],
  ])
})

it('has nowhere to go in an empty list', () => {
  expect(rowForKey('ArrowDown', 0, 0, 10)).toBeNull()
})
