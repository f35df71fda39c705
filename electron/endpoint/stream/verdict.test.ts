import { expect, it } from 'vitest'
import { createReplyReader } from './answer/reply-reader.ts'
import { judgeReply } from './verdict.ts'

const connection = { kind: 'http', baseUrl: 'http://127.0.0.1:8080/v1', key: null } as const

function judge(finishReason: string, hasBegun: boolean) {
  const { state } = createReplyReader()
  const failure = judgeReply({ ...state, form: 'sse', finishReason, hasChunks: true }, hasBegun, connection, 'any')
  return failure && { code: failure.code, retryable: failure.retryable, isOfLimit: failure.message.includes('limit') }
}

it('finds nothing wrong with a reply that has words and an end, whatever the end', () => {
  expect(['stop', 'length', 'content_filter', 'anything'].map((reason) => judge(reason, true))).toEqual(
    Array.from({ length: 4 }, () => null),
  )
})

it('says of an empty reply whether its limit was the cause, and that another try may help', () => {
  const empty = { code: 'reply-empty', retryable: true }
  expect(judge('length', false)).toEqual({ ...empty, isOfLimit: true })
  expect(judge('stop', false)).toEqual({ ...empty, isOfLimit: false })
})
