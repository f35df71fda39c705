import { v7 as uuidv7 } from 'uuid'
import type { CallInput, StreamInput, StreamPart } from '../../shared/contract-types.ts'
import { AppError } from '../../shared/errors.ts'
import { knownWindow } from '../endpoint/model-window.ts'
import type { History } from '../history/history.ts'
import { push } from '../ipc/push.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { readSettings } from '../settings/settings.ts'
import { type ActiveReply, createActiveReply, type EndCause } from './active-reply.ts'
import { chooseTarget } from './choose-target.ts'
import { createChunkWriter } from './chunk-writer.ts'
import { promptFor, type ReadyRequest, type ReplyRequest, samplingOf, toSentSummary } from './request-reply.ts'
import { runReply } from './run-reply.ts'
import { watchReply, watchStored } from './watch-reply.ts'

type StartInput = CallInput<'replies.start'>

interface RepliesOptions {
  history: History
  keys: KeyStore
  /** Hears how many replies are being received, each time that changes. */
  onCount(count: number): void
  /** Called before anything is done for a reply, so that whatever else a server does for Alcove can make room. */
  onStart?(): void
  /** Called for each reply that came whole, once it is stored. */
  onAnswered?(answered: AnsweredRequest): void
}

/** A request and the answer that came to it. */
export interface AnsweredRequest {
  conversationId: string
  /** Of the endpoint that answered. */
  endpointId: string
  request: ReadyRequest
  /** The new text of the reply, without what a continued one had already. */
  text: string
  reasoning: string
}

export interface Replies {
  /** Stores what the person said, then sends it. Answers once it is on disk, before the request leaves. */
  start(input: StartInput): Promise<{ replyId: string }>
  stop(replyId: string): void
  watch(input: StreamInput<'replies.watch'>, signal: AbortSignal): AsyncIterable<StreamPart<'replies.watch'>>
  count(): number
  /** Ends all as interrupted with their text saved, and waits for that. */
  interruptAll(): Promise<void>
  /** Waits until none is being received. */
  whenIdle(): Promise<void>
}

/** Replies belong to main: they go on when the window reloads, crashes or closes. */
export function createReplies({ history, keys, onCount, onStart, onAnswered }: RepliesOptions): Replies {
  const active = new Map<string, ActiveReply>()
  const running = new Set<Promise<void>>()
  const writer = createChunkWriter(
    (chunks) => history.appendChunks({ chunks }),
    // Text that cannot be saved must not go on streaming as if it were.
    (messageIds, error) => {
      for (const id of messageIds) active.get(id)?.controller.abort(error)
    },
  )
  const end = (reply: ActiveReply, cause: EndCause) => reply.controller.abort(cause)

  async function start({ conversationId, action }: StartInput): Promise<{ replyId: string }> {
    onStart?.()
    const [conversation, settings] = await Promise.all([
      history.getConversation({ conversationId }),
      readSettings(history),
    ])
    const target = await chooseTarget(history, conversation, settings)
    const from = await startingPoint(history, action)
    const request: ReplyRequest = { conversation, settings, target, ...from }
    const window = await knownWindow(history, target.endpoint, target.model)
    const prompt = await promptFor(
      history,
      { ...request, ...(action.type === 'send' ? { newText: action.text } : {}) },
      window,
    )
    const userMessageId = uuidv7()
    const { replyId } = await history.beginReply({
      conversationId,
      action,
      userMessageId,
      replyId: uuidv7(),
      model: target.model ?? null,
      endpointId: target.endpoint.id,
      endpointName: target.endpoint.name,
      sampling: samplingOf(request),
      sent: toSentSummary(prompt),
      continueMode: request.continueMode,
      now: Date.now(),
    })
    const leafId = action.type === 'send' ? userMessageId : request.leafId
    const reply = createActiveReply({ replyId, conversationId }, from.start)
    active.set(replyId, reply)
    onCount(active.size)
    push('replies.changed', { conversationId, replyId, status: 'streaming' })
    push('messages.changed', { conversationId, messageId: null })
    push('conversations.changed', { conversationId })
    const run = runReply({
      history,
      keys,
      writer,
      reply,
      request: { ...request, leafId },
      sent: prompt,
      onEnded(ready) {
        active.delete(replyId)
        onCount(active.size)
        if (ready === null || reply.ended?.status !== 'complete') return
        const text = reply.text.slice(from.start.text.length)
        const reasoning = reply.reasoning.slice(from.start.reasoning.length)
        onAnswered?.({ conversationId, endpointId: target.endpoint.id, request: ready, text, reasoning })
      },
    })
    running.add(run)
    void run.finally(() => running.delete(run))
    return { replyId }
  }

  async function* watch(
    input: StreamInput<'replies.watch'>,
    signal: AbortSignal,
  ): AsyncGenerator<StreamPart<'replies.watch'>> {
    const reply = active.get(input.replyId)
    if (reply) yield* watchReply(reply, input, signal)
    else yield* watchStored(await history.getMessage({ messageId: input.replyId }), input)
  }

  const whenIdle = async () => {
    while (running.size > 0) await Promise.allSettled(running)
  }
  return {
    start,
    stop: (replyId) => {
      const reply = active.get(replyId)
      if (reply) end(reply, 'stop')
    },
    watch,
    count: () => active.size,
    whenIdle,
    async interruptAll() {
      for (const reply of active.values()) end(reply, 'quit')
      await whenIdle()
    },
  }
}

interface StartingPoint extends Pick<ReplyRequest, 'leafId' | 'continueMode'> {
  /** What the reply's row holds already. */
  start: { text: string; reasoning: string }
}

async function startingPoint(history: History, action: StartInput['action']): Promise<StartingPoint> {
  const nothing = { text: '', reasoning: '' }
  if (action.type === 'send') return { leafId: null, continueMode: null, start: nothing }
  const message = await history.getMessage({ messageId: action.messageId })
  const isReply = message.role === 'assistant'
  if (action.type === 'regenerate') {
    return { leafId: isReply ? message.parentId : message.id, continueMode: null, start: nothing }
  }
  if (!isReply) throw new AppError('conflict', 'Only a reply can be continued.')
  const start = { text: message.text, reasoning: message.reasoning }
  // Without a word of answer there is nothing to go on from: the same request is sent once more.
  if (message.text === '') return { leafId: message.parentId, continueMode: null, start }
  return { leafId: message.id, continueMode: 'user-turn', start }
}
