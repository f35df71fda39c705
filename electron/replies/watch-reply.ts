import { setTimeout as sleep } from 'node:timers/promises'
import type { StreamPart } from '../../shared/contract-types.ts'
import type { Message } from '../../shared/record-types.ts'
import type { ActiveReply } from './active-reply.ts'

type ReplyPart = StreamPart<'replies.watch'>

/** At most one batch of parts per frame's worth of time, so that a fast server cannot flood the window. */
const FRAME_MS = 16

interface Offsets {
  /** UTF-16 lengths of what the watcher already has. */
  fromOffset: number
  fromReasoningOffset: number
}

/** What a watcher of an active reply gets: all it does not have yet, then news as they come, then the stored message. */
export async function* watchReply(
  reply: ActiveReply,
  offsets: Offsets,
  signal: AbortSignal,
): AsyncGenerator<ReplyPart> {
  reply.watchers++
  try {
    yield* partsOf(reply, offsets, signal)
  } finally {
    reply.watchers--
  }
}

async function* partsOf(reply: ActiveReply, offsets: Offsets, signal: AbortSignal): AsyncGenerator<ReplyPart> {
  let { fromOffset: textAt, fromReasoningOffset: reasoningAt } = offsets
  let shownProgress: ReplyPart | undefined
  while (!signal.aborted) {
    if (reply.failure) throw reply.failure
    const changed = reply.nextChange(signal)
    if (reply.progress !== shownProgress && !reply.ended) {
      shownProgress = reply.progress
      yield reply.progress
    }
    if (reply.reasoning.length > reasoningAt) {
      yield { type: 'reasoning-delta', offset: reasoningAt, text: reply.reasoning.slice(reasoningAt) }
      reasoningAt = reply.reasoning.length
    }
    if (reply.text.length > textAt) {
      yield { type: 'text-delta', offset: textAt, text: reply.text.slice(textAt) }
      textAt = reply.text.length
    }
    if (reply.ended) {
      yield { type: 'reply-end', message: reply.ended }
      return
    }
    await changed
    await sleep(FRAME_MS)
  }
}

/** The same for a reply that is no longer active: the rest of its stored text and its end. */
export function* watchStored(message: Message, { fromOffset, fromReasoningOffset }: Offsets): Generator<ReplyPart> {
  if (message.reasoning.length > fromReasoningOffset) {
    yield { type: 'reasoning-delta', offset: fromReasoningOffset, text: message.reasoning.slice(fromReasoningOffset) }
  }
  if (message.text.length > fromOffset) {
    yield { type: 'text-delta', offset: fromOffset, text: message.text.slice(fromOffset) }
  }
  yield { type: 'reply-end', message }
}
