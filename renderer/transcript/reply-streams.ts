import { useSyncExternalStore } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { createReplyStream, type ReplyStream, type StreamedReply } from './reply-stream.ts'
import { putMessage } from './transcript-store.ts'

const streams = new Map<string, ReplyStream>()
const listeners = new Set<() => void>()

/** Follows exactly the streaming replies among `messages`; a transcript calls it when its messages change. */
export function followReplies(messages: readonly Message[]): void {
  const streaming = new Map(messages.filter(({ status }) => status === 'streaming').map((reply) => [reply.id, reply]))
  let isChanged = false
  for (const [replyId, stream] of streams) {
    if (streaming.has(replyId)) continue
    stream.close()
    streams.delete(replyId)
    isChanged = true
  }
  for (const [replyId, reply] of streaming) {
    if (streams.has(replyId)) continue
    streams.set(replyId, createReplyStream({ known: reply, onEnd: putMessage }))
    isChanged = true
  }
  if (isChanged) for (const changed of listeners) changed()
}

/** Opens the stream of a reply again after watching it has failed. */
export function followAgain(reply: Message): void {
  streams.get(reply.id)?.close()
  streams.set(reply.id, createReplyStream({ known: reply, onEnd: putMessage }))
  for (const changed of listeners) changed()
}

/** A reply as far as it has arrived; null when nobody follows it (it is not streaming). */
export function useStreamedReply(replyId: string): StreamedReply | null {
  const stream = useSyncExternalStore(subscribeToStreams, () => streams.get(replyId))
  return useSyncExternalStore(stream?.subscribe ?? subscribeToNothing, () => stream?.getSnapshot() ?? null)
}

function subscribeToStreams(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}

function subscribeToNothing(): () => void {
  return () => {}
}
