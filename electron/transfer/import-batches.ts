import { createHash } from 'node:crypto'
import type { ImportPlace } from '../history/transfer.ts'
import { FileAttachment, type FileConversation } from './alcove-format.ts'
import { checkConversation } from './check-conversation.ts'
import type { ImportHistory } from './import-history.ts'
import type { ReportBuilder } from './import-report.ts'

/** A batch keeps the history for about 10 ms, so that a person's own message never waits noticeably. */
const BATCH_MESSAGES = 100
const BATCH_LENGTH = 256 * 1024
const ORDER_BATCH = 200

interface Listed {
  id: string
  at: number
}

/** Gathers conversations into batches; one batch is written while the next is read. */
export function createBatches(history: ImportHistory, report: ReportBuilder, start: ImportPlace) {
  let place = start
  let batch: FileConversation[] = []
  let batchMessages = 0
  let batchLength = 0
  let taken = 0
  let writing: Promise<void> = Promise.resolve()
  const listed: Listed[] = []
  const trashed: Listed[] = []
  /** Attachments that imported messages name, until their bytes come. */
  const awaited = new Set<string>()

  async function add(element: { json: string; value: unknown }): Promise<void> {
    taken += 1
    const checked = checkConversation(element)
    if (!checked.ok) {
      report.counts.skipped += 1
      report.addProblem(checked.title, checked.reason)
      return
    }
    for (const problem of checked.problems) report.addProblem(checked.conversation.title, problem)
    batch.push(checked.conversation)
    batchMessages += checked.conversation.messages.length
    batchLength += element.json.length
    if (batchMessages >= BATCH_MESSAGES || batchLength >= BATCH_LENGTH) await send()
  }

  async function send(): Promise<void> {
    await writing
    const sent = batch
    batch = []
    batchMessages = 0
    batchLength = 0
    if (sent.length === 0) return
    writing = write(sent)
    // The failure is thrown where `writing` is awaited next; until then it is not unhandled.
    writing.catch(() => undefined)
  }

  async function write(sent: FileConversation[]): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(sent))
    const { outcomes, place: next } = await history.importConversations({ batch: bytes, place })
    place = next
    for (const [index, outcome] of outcomes.entries()) {
      const conversation = sent[index]
      if (!conversation) continue
      report.addOutcome(outcome, { title: conversation.title, messages: conversation.messages.length })
      if (outcome.outcome === 'unchanged') continue
      listed.push({ id: outcome.conversationId, at: conversation.updatedAt })
      if (conversation.trashedAt !== undefined) trashed.push({ id: outcome.conversationId, at: conversation.trashedAt })
      for (const message of conversation.messages) {
        for (const { sha256 } of message.attachments ?? []) awaited.add(sha256)
      }
    }
  }

  async function addAttachment(value: unknown): Promise<void> {
    const parsed = FileAttachment.safeParse(value)
    const bytes = parsed.success ? Buffer.from(parsed.data.data, 'base64') : null
    const sha256 = bytes ? createHash('sha256').update(bytes).digest('hex') : ''
    if (!parsed.success || !bytes || sha256 !== parsed.data.sha256) {
      report.addProblem('', 'An attachment is damaged in the file and was left out.')
      return
    }
    awaited.delete(sha256)
    await history.importAttachment({ sha256, bytes })
  }

  async function flush(): Promise<void> {
    await send()
    await writing
  }

  async function finish(complete: boolean): Promise<void> {
    await flush()
    await order(history, 'active', listed)
    await order(history, 'trash', trashed)
    if (complete && awaited.size > 0) {
      report.addProblem(
        '',
        `${awaited.size} attachments are named in the file but not in it; their messages are here without them.`,
      )
    }
  }

  return {
    add,
    addAttachment,
    flush,
    finish,
    taken: () => taken,
    refuse(reason: string): void {
      taken += 1
      report.counts.skipped += 1
      report.addProblem('', reason)
    },
  }
}

/** The file lists conversations by id; the lists of the window go by time, newest first. */
async function order(history: ImportHistory, view: 'active' | 'trash', conversations: Listed[]): Promise<void> {
  // Written in the order of the file, later ones above earlier ones: often that is the order by time already.
  if (conversations.every(({ at }, index) => index === 0 || at >= (conversations[index - 1]?.at ?? at))) return
  const ids = conversations
    .map(({ id, at }, index) => ({ id, at, index }))
    .sort((a, b) => b.at - a.at || b.index - a.index)
    .map(({ id }) => id)
  for (let start = 0; start < ids.length; start += ORDER_BATCH) {
    await history.orderImported({ view, conversationIds: ids.slice(start, start + ORDER_BATCH) })
  }
}
