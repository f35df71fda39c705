import { describe, expect, it } from 'vitest'
import type { Message } from '../../shared/record-types.ts'
import { findCut, transcriptRows } from './transcript-rows.ts'

const sent = (sentMessages: number, leftOutMessages: number) => ({
  strategy: 'last-messages',
  sentMessages,
  leftOutMessages,
  estimatedTokens: 100,
  windowTokens: 4_096,
  windowSource: 'assumed' as const,
})

/** Messages `0`, `1`, … of which the last is a reply that was sent as told. */
const messages = (count: number, summary: Message['sent'] = null) =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index),
    sent: index === count - 1 ? summary : null,
  })) as Message[]

const loaded = {
  messages: [],
  hasMore: false,
  isLoaded: true,
  isLoadingOlder: false,
  error: null,
  pendingText: null,
}
const keys = (rows: { key: string }[]) => rows.map(({ key }) => key).join(' ')

describe('transcriptRows', () => {
  it('puts the system prompt above the very first message', () => {
    expect(keys(transcriptRows({ ...loaded, messages: messages(2) }))).toBe('system 0 1')
    expect(keys(transcriptRows({ ...loaded, messages: messages(2), hasMore: true }))).toBe('0 1')
  })

  it('draws the cut before the first message that was sent', () => {
    expect(keys(transcriptRows({ ...loaded, messages: messages(6, sent(3, 2)) }))).toBe('system 0 1 cut 2 3 4 5')
  })

  it('shows what is being saved at the end', () => {
    expect(keys(transcriptRows({ ...loaded, messages: messages(2), pendingText: 'Hi' }))).toBe('system 0 1 pending')
  })
})

describe('findCut', () => {
  it('is nowhere when all was sent or the place is not loaded', () => {
    expect([findCut(messages(4, sent(3, 0))), findCut(messages(4, sent(30, 9))), findCut([])]).toEqual([
      null,
      null,
      null,
    ])
  })
})
