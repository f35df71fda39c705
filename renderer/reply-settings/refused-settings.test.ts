import { expect, it } from 'vitest'
import { isRefused, lostNames } from './refused-settings.ts'

it('holds a setting for refused only where each of its names is', () => {
  const refused = ['top_k', 'repetition_penalty']
  expect([isRefused('topK', refused), isRefused('repeatPenalty', refused)]).toEqual([true, false])
  expect(isRefused('repeatPenalty', [...refused, 'repeat_penalty'])).toBe(true)
})

it('names what is lost, and nothing of which the other name was taken', () => {
  expect(lostNames(['top_k', 'repetition_penalty', 'something_new'])).toEqual(['top_k', 'something_new'])
  expect(lostNames(['repeat_penalty', 'repetition_penalty'])).toEqual(['repeat_penalty', 'repetition_penalty'])
})
