import { expect, it } from 'vitest'
import { parseNumber } from './number-rule.ts'

it('takes numbers within the rule and refuses the others', () => {
  const rule = { least: 0, most: 5, whole: false }
  const typed = ['0', ' 1.5 ', '0,7', '.5', '5', '5.01', '-1', '', 'a', '1e3', '1.2.3']
  expect(typed.map((text) => parseNumber(text, rule))).toEqual([
    0,
    1.5,
    0.7,
    0.5,
    5,
    ...Array.from({ length: 6 }, () => undefined),
  ])
})

it('takes whole numbers only where the rule says so', () => {
  const rule = { least: -1, most: 100, whole: true }
  expect(['-1', '12', '1.5', '101'].map((text) => parseNumber(text, rule))).toEqual([-1, 12, undefined, undefined])
})

it('tells an allowed empty field from a refused one', () => {
  expect(parseNumber('  ', { least: 0, most: 1, whole: false, optional: true })).toBeNull()
  expect(parseNumber('  ', { least: 0, most: 1, whole: false })).toBeUndefined()
})
