import { AppError } from '../../shared/errors.ts'
import type { History } from '../history/history.ts'
import { push } from '../ipc/push.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { log } from '../log.ts'
import type { Prompt } from '../memory/build-prompt.ts'
import type { ActiveReply } from './active-reply.ts'
import type { ChunkWriter } from './chunk-writer.ts'
import { emptyOutcome, endedBy, type ReplyOutcome, receiveReply } from './receive-reply.ts'
import { type ReplyRequest, readyRequest, toSentSummary } from './request-reply.ts'

interface RunOptions {
  history: History
  keys: KeyStore
  writer: ChunkWriter
  reply: ActiveReply
  request: ReplyRequest
  /** The prompt as it was recorded when the reply began. */
  sent: Prompt
}

/** Sends a stored request, receives its reply and stores how it ended. Never rejects. */
export async function runReply(options: RunOptions): Promise<void> {
  const { history, keys, writer, reply, request } = options
  const outcome = emptyOutcome()
  try {
    const ready = await readyRequest(history, keys, request, reply.controller.signal)
    outcome.model = ready.model
    await recordWhatIsSent(options, ready.model, ready.prompt)
    await receiveReply(reply, ready, writer, outcome)
  } catch (error) {
    Object.assign(outcome, endedBy(error, reply))
    if (!(error instanceof AppError) && !reply.controller.signal.aborted) log.exception('reply', error)
  }
  await storeEnd(options, outcome)
}

/** The window or the model may have become known only now; what the reply says of its request must be what left. */
async function recordWhatIsSent(
  { history, reply, request, sent }: RunOptions,
  model: string,
  prompt: Prompt,
): Promise<void> {
  const summary = toSentSummary(prompt)
  const isSame = model === request.target.model && JSON.stringify(summary) === JSON.stringify(toSentSummary(sent))
  if (!isSame) await history.updateRequest({ messageId: reply.replyId, model, sent: summary })
}

async function storeEnd({ history, writer, reply }: RunOptions, outcome: ReplyOutcome): Promise<void> {
  const { replyId, conversationId } = reply
  try {
    // A failed write has been taken up by the writer's own report; the end is stored all the same.
    await writer.flush().catch(() => {})
    writer.forget(replyId)
    reply.ended = await history.finishReply({
      messageId: replyId,
      ...outcome,
      unread: reply.watchers === 0,
      now: Date.now(),
    })
  } catch (error) {
    log.exception('storing the end of a reply', error)
    reply.failure = error
  }
  reply.changed()
  push('replies.changed', { conversationId, replyId, status: reply.ended?.status ?? 'interrupted' })
  push('messages.changed', { conversationId, messageId: replyId })
  push('conversations.changed', { conversationId })
}
