import { describe, expect, it } from 'vitest'
import type { Message } from '../../shared/record-types.ts'
import { mergeNewest } from './merge-newest.ts'

const page = (ids: string, hasMore: boolean) => ({
  messages: Array.from(ids, (id) => ({ id }) as Message),
  hasMore,
})

describe('mergeNewest', () => {
  it('keeps older loaded messages that the page continues', () => {
    expect(mergeNewest(page('abcd', false), page('cde', true))).toEqual(page('abcde', false))
  })

  it('drops the messages of another branch', () => {
    expect(mergeNewest(page('abcd', false), page('xyz', true))).toEqual(page('xyz', true))
  })

  it('takes the page as it is when nothing older is loaded', () => {
    expect([
      mergeNewest(page('', false), page('ab', true)),
      mergeNewest(page('ab', true), page('abc', true)),
      mergeNewest(page('ab', true), page('', false)),
    ]).toEqual([page('ab', true), page('abc', true), page('', false)])
  })
})
