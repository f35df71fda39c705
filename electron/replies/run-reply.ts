import { AppError } from '../../shared/errors.ts'
import type { ReplyNotice, SentSummary } from '../../shared/record-types.ts'
import { chosenFields } from '../endpoint/wire/request-body.ts'
import type { History } from '../history/history.ts'
import { push } from '../ipc/push.ts'
import type { KeyStore } from '../keys/key-store.ts'
import { log } from '../log.ts'
import type { Prompt } from '../memory/build-prompt.ts'
import type { ActiveReply } from './active-reply.ts'
import type { ChunkWriter } from './chunk-writer.ts'
import { cutNotice, learnFromReply, type ReplyFindings } from './learning/learn-from-reply.ts'
import { type Lesson, learnFromFailure, learnFromFullWindow } from './learning/second-try.ts'
import { emptyOutcome, endedBy, type ReplyOutcome, receiveReply } from './receive-reply.ts'
import { type ReadyRequest, type ReplyRequest, readyRequest, toSentSummary } from './request-reply.ts'

interface RunOptions {
  history: History
  keys: KeyStore
  writer: ChunkWriter
  reply: ActiveReply
  request: ReplyRequest
  /** The prompt as it was recorded when the reply began. */
  sent: Prompt
  /** Called when its end is stored, with what was sent last; what it showed is kept after that. */
  onEnded(ready: ReadyRequest | null): void
}

/** Sends a stored request, receives its reply and stores how it ended. Never rejects. */
export async function runReply(options: RunOptions): Promise<void> {
  const { reply } = options
  const outcome = emptyOutcome()
  const run: Run = { findings: { learned: [], refusedFields: [], promptTokens: null }, ready: null, recorded: null }
  try {
    await receiveInTries(options, outcome, run)
  } catch (error) {
    Object.assign(outcome, endedBy(error, reply))
    if (!(error instanceof AppError) && !reply.controller.signal.aborted) log.exception('reply', error)
  }
  await recordNotices(options, run).catch((error) => log.exception('notices of a reply', error))
  await storeEnd(options, outcome)
  options.onEnded(run.ready)
  await keepFindings(options, run).catch((error) => log.exception('what a reply showed', error))
}

/** What is known of a reply beside its outcome. */
interface Run {
  findings: ReplyFindings
  ready: ReadyRequest | null
  /** As it stands in the history; null: as it was begun. */
  recorded: SentSummary | null
}

/** A try may fail in a way that teaches how the next one succeeds. */
async function receiveInTries(options: RunOptions, outcome: ReplyOutcome, run: Run): Promise<void> {
  const { history, keys, writer, reply, request } = options
  const { signal } = reply.controller
  // What a continued reply has already.
  const { text, reasoning } = reply
  let lesson: Lesson = { notices: [] }
  for (;;) {
    const ready = await readyRequest(history, keys, request, lesson, signal)
    run.ready = ready
    outcome.model = ready.model
    await record(options, run, ready.notices)
    try {
      return await receiveReply(reply, ready, writer, outcome, run.findings)
    } catch (error) {
      const isSilent = reply.text === text && reply.reasoning === reasoning
      const next =
        isSilent && !signal.aborted ? await learnFromFailure(history, request, { ready, lesson }, error) : null
      if (!isSilent) await learnFromFullWindow(history, request.target.endpoint.id, ready, error)
      if (next === null) throw error
      lesson = next
    }
  }
}

/** The window or the model may have become known only now; what the reply says of its request must be what left. */
async function record(options: RunOptions, run: Run, notices: readonly ReplyNotice[]): Promise<void> {
  const { history, reply, request, sent } = options
  const { ready } = run
  if (ready === null) return
  const summary = toSentSummary(ready.prompt, notices)
  const former = run.recorded ?? toSentSummary(sent)
  const isSame = ready.model === request.target.model && JSON.stringify(summary) === JSON.stringify(former)
  run.recorded = summary
  if (!isSame) await history.updateRequest({ messageId: reply.replyId, model: ready.model, sent: summary })
}

/** What only the answer told: fields that a person chose in vain, and a prompt that was not read whole. */
async function recordNotices(options: RunOptions, run: Run): Promise<void> {
  const { ready, findings } = run
  if (ready === null) return
  const fields = findings.refusedFields.filter((field) => chosenFields.has(field))
  const cut = cutNotice(ready, findings.promptTokens)
  const news: ReplyNotice[] = [
    ...(fields.length > 0 ? [{ type: 'fields-refused', fields } as const] : []),
    ...(cut === null ? [] : [cut]),
  ]
  if (news.length > 0) await record(options, run, [...ready.notices, ...news])
}

async function keepFindings({ history, request }: RunOptions, { ready, findings }: Run): Promise<void> {
  if (ready !== null) await learnFromReply(history, request.target.endpoint.id, ready, findings)
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
