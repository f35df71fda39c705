import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StreamPart } from '../../shared/contract-types.ts'
import { AppError } from '../../shared/errors.ts'
import type { Message } from '../../shared/record-types.ts'
import { createReplyStream, joinDelta } from './reply-stream.ts'

type Part = StreamPart<'replies.watch'>

/** A stream whose parts and frames the test decides. */
function setUp(text = '', now = () => 5_000) {
  const opened: { input: unknown; send: (part: Part) => void; fail: (error: AppError) => void }[] = []
  const ended: Message[] = []
  let paint: (() => void) | null = null
  const stream = createReplyStream({
    known: { id: 'r', text, reasoning: '', createdAt: 1_000 },
    now,
    onEnd: (message) => ended.push(message),
    open: ((_name: string, input: unknown, send: (part: Part) => void) => {
      const { promise, reject } = Promise.withResolvers<void>()
      opened.push({ input, send, fail: reject })
      return { stop: () => {}, done: promise }
    }) as never,
    schedule: (run) => {
      paint = run
      return () => {
        paint = null
      }
    },
  })
  const frame = () => {
    const run = paint
    paint = null
    run?.()
  }
  const send = (part: Part) => opened.at(-1)?.send(part)
  return { stream, opened, ended, frame, send, isPaintDue: () => paint !== null }
}

const delta = (offset: number, text: string): Part => ({ type: 'text-delta', offset, text })

describe('createReplyStream', () => {
  it('asks only for what is not known yet', () => {
    const { opened } = setUp('Hello')
    expect(opened.map(({ input }) => input)).toEqual([{ replyId: 'r', fromOffset: 5, fromReasoningOffset: 0 }])
  })

  it('paints all that came within one frame at once', () => {
    const { stream, send, frame } = setUp()
    let paints = 0
    stream.subscribe(() => paints++)
    send(delta(0, 'a'))
    send(delta(1, 'b'))
    expect([stream.getSnapshot().text, paints]).toEqual(['', 0])
    frame()
    expect([stream.getSnapshot().text, paints]).toEqual(['ab', 1])
  })

  it('opens again from what it has when text is missing', () => {
    const { stream, opened, send, frame } = setUp('ab')
    send(delta(4, 'ef'))
    expect(opened.map(({ input }) => input)).toEqual([
      { replyId: 'r', fromOffset: 2, fromReasoningOffset: 0 },
      { replyId: 'r', fromOffset: 2, fromReasoningOffset: 0 },
    ])
    opened[0]?.send(delta(2, 'late'))
    send(delta(2, 'cdef'))
    frame()
    expect(stream.getSnapshot().text).toBe('abcdef')
  })

  it('tells the end only after its last text is painted', () => {
    const { stream, ended, send, frame } = setUp()
    const message = { id: 'r', text: 'ab' } as Message
    send(delta(0, 'ab'))
    send({ type: 'reply-end', message })
    expect(ended).toEqual([])
    frame()
    expect([stream.getSnapshot().text, ended]).toEqual(['ab', [message]])
  })

  it('paints nothing after it was closed', () => {
    const { stream, send, isPaintDue } = setUp()
    send(delta(0, 'a'))
    stream.close()
    send(delta(1, 'b'))
    expect(isPaintDue()).toBe(false)
  })

  it('knows since when each phase lasts, and what was read in its time', () => {
    let time = 4_000
    const { stream, send, frame } = setUp('', () => time)
    const progress = (phase: 'connecting' | 'reading' | 'writing', processed: number | null = null) => {
      send({ type: 'progress', phase, processed, total: processed && 800, tokensPerSecond: null })
      frame()
      const { phaseSince, reading } = stream.getSnapshot()
      time += 1_000
      return { phaseSince, reading }
    }
    const first = { processed: 300, at: 5_000 }
    expect([progress('connecting'), progress('reading', 300), progress('reading', 500), progress('writing')]).toEqual([
      { phaseSince: 1_000, reading: null },
      { phaseSince: 5_000, reading: { first, latest: first } },
      { phaseSince: 5_000, reading: { first, latest: { processed: 500, at: 6_000 } } },
      { phaseSince: 7_000, reading: null },
    ])
  })

  it('counts from now where text is there already, as the reply was begun long ago', () => {
    expect(setUp('Hello', () => 9_000).stream.getSnapshot().phaseSince).toBe(9_000)
  })

  it('keeps the text and says why when watching fails', async () => {
    const { stream, opened, send, frame } = setUp()
    const error = new AppError('unexpected', 'No.')
    send(delta(0, 'a'))
    opened[0]?.fail(error)
    await Promise.resolve()
    frame()
    expect(stream.getSnapshot()).toMatchObject({ text: 'a', reasoning: '', progress: null, error })
  })
})

describe('joinDelta', () => {
  it('gives the whole text from any overlapping deltas', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.tuple(fc.nat(30), fc.nat(30))), (whole, ranges) => {
        let known = ''
        for (const [offset, length] of ranges) {
          known = joinDelta(known, { offset, text: whole.slice(offset, offset + length) }) ?? known
          expect(whole.startsWith(known)).toBe(true)
        }
        expect(joinDelta(known, { offset: 0, text: whole })).toBe(whole)
      }),
    )
  })

  it('refuses a delta that leaves a gap', () => {
    expect(joinDelta('ab', { offset: 3, text: 'd' })).toBeNull()
  })
})
