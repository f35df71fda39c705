import type { StreamPart } from '../../shared/contract-types.ts'
import type { AppError } from '../../shared/errors.ts'
import type { Message } from '../../shared/record-types.ts'
import { openStream } from '../bridge.ts'
import { asAppError } from '../shell/app-state.ts'
import { scheduleFrame } from './schedule-frame.ts'

type ReplyPart = StreamPart<'replies.watch'>
export type Progress = Extract<ReplyPart, { type: 'progress' }>

/** A reply as far as it has arrived; a new object for each painted frame. */
export interface StreamedReply {
  text: string
  reasoning: string
  progress: Progress | null
  /** When the present phase began, in milliseconds since 1970. */
  phaseSince: number
  /** The first and the latest count of prompt tokens that were read; null where the server does not tell. */
  reading: Reading | null
  /** Set when watching itself failed; the reply goes on in main. */
  error: AppError | null
}

/** Prompt tokens that had been read at a time in milliseconds. */
interface ReadingMark {
  processed: number
  at: number
}

export interface Reading {
  first: ReadingMark
  latest: ReadingMark
}

export interface ReplyStream {
  getSnapshot: () => StreamedReply
  subscribe: (changed: () => void) => () => void
  /** Stops watching; the reply itself goes on. */
  close: () => void
}

interface ReplyStreamOptions {
  /** What is known already; only later text is asked for. */
  known: Pick<Message, 'id' | 'text' | 'reasoning' | 'createdAt'>
  /** The stored message, once the reply has ended. */
  onEnd: (message: Message) => void
  open?: typeof openStream
  /** Runs a painting later and returns its cancel; the default is once a frame. */
  schedule?: (paint: () => void) => () => void
  now?: () => number
}

/**
 * Follows one reply. Deltas carry their place in the whole text, so that one seen twice changes nothing, and one that
 * leaves a gap makes the stream be opened again from what is known.
 */
export function createReplyStream({
  known,
  onEnd,
  open = openStream,
  schedule = scheduleFrame,
  now = Date.now,
}: ReplyStreamOptions): ReplyStream {
  const listeners = new Set<() => void>()
  let { text, reasoning } = known
  let progress: Progress | null = null
  // A reply with text is being continued, or was found under way: when it was made says nothing of this wait.
  let phaseSince = text + reasoning === '' ? known.createdAt : now()
  let reading: Reading | null = null
  let error: AppError | null = null
  let ended: Message | null = null
  let snapshot: StreamedReply = { text, reasoning, progress, phaseSince, reading, error }
  let cancelPaint: (() => void) | null = null
  let stop = () => {}
  let isClosed = false

  const paint = () => {
    cancelPaint = null
    snapshot = { text, reasoning, progress, phaseSince, reading, error }
    for (const changed of listeners) changed()
    if (ended && !isClosed) onEnd(ended)
  }
  const receive = (part: ReplyPart) => {
    if (part.type === 'progress') {
      if (progress !== null && progress.phase !== part.phase) phaseSince = now()
      reading = markReading(reading, part, now())
      progress = part
    } else if (part.type === 'reply-end') ended = part.message
    else {
      const isText = part.type === 'text-delta'
      const joined = joinDelta(isText ? text : reasoning, part)
      if (joined === null) return watch()
      if (isText) text = joined
      else reasoning = joined
    }
    cancelPaint ??= schedule(paint)
  }
  const watch = () => {
    stop()
    // A stream that was given up may still have a part under way.
    let isCurrent = true
    const offsets = { fromOffset: text.length, fromReasoningOffset: reasoning.length }
    const stream = open('replies.watch', { replyId: known.id, ...offsets }, (part) => isCurrent && receive(part))
    stop = () => {
      isCurrent = false
      stream.stop()
    }
    stream.done.catch((cause: unknown) => {
      if (!isCurrent) return
      error = asAppError(cause)
      cancelPaint ??= schedule(paint)
    })
  }
  watch()

  return {
    getSnapshot: () => snapshot,
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    close() {
      isClosed = true
      cancelPaint?.()
      stop()
    },
  }
}

function markReading(former: Reading | null, { phase, processed }: Progress, at: number): Reading | null {
  if (phase !== 'reading' || processed === null) return null
  const latest = { processed, at }
  return { first: former?.first ?? latest, latest }
}

/** `known` with the delta in its place (UTF-16 offset); null when text between the two is missing. */
export function joinDelta(known: string, { offset, text }: { offset: number; text: string }): string | null {
  if (offset > known.length) return null
  return offset + text.length <= known.length ? known : known + text.slice(known.length - offset)
}
