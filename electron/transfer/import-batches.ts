import { createHash } from 'node:crypto'
import type { ImportOutcome } from '../history/import/conversations.ts'
import type { ImportPlace } from '../history/import/place.ts'
import { FileAttachment, type FileConversation } from './alcove-format.ts'
import { checkConversation } from './check-conversation.ts'
import type { ImportHistory } from './import-history.ts'
import type { ReportBuilder } from './import-report.ts'
import { importStaged } from './import-staged.ts'
import { createPace, unitsOfAll } from './pace-slices.ts'

const ORDER_BATCH = 200

/** One that takes this much longer than a batch should is handed over in slices. */
const LONG = 1.5

interface BatchesOptions {
  report: ReportBuilder
  start: ImportPlace
  signal: AbortSignal
}

interface Listed {
  id: string
  at: number
}

/** Gathers conversations into batches; one batch is written while the next is read. */
export function createBatches(history: ImportHistory, { report, start, signal }: BatchesOptions) {
  const pace = createPace()
  let place = start
  let batch: FileConversation[] = []
  let batchUnits = 0
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
    const units = unitsOfAll(checked.conversation)
    if (units > pace.limit() * LONG) {
      await flush()
      await stage(checked.conversation)
      return
    }
    batch.push(checked.conversation)
    batchUnits += units
    if (batchUnits >= pace.limit()) await send()
  }

  async function stage(conversation: FileConversation): Promise<void> {
    const { outcome, place: next } = await importStaged(history, { conversation, place, pace, signal })
    place = next
    if (outcome) note(outcome, conversation)
  }

  async function send(): Promise<void> {
    await writing
    const sent = batch
    const units = batchUnits
    batch = []
    batchUnits = 0
    if (sent.length === 0) return
    writing = write(sent, units)
    // The failure is thrown where `writing` is awaited next; until then it is not unhandled.
    writing.catch(() => undefined)
  }

  async function write(sent: FileConversation[], units: number): Promise<void> {
    const bytes = new TextEncoder().encode(JSON.stringify(sent))
    const { outcomes, place: next, elapsedMs } = await history.importConversations({ batch: bytes, place })
    place = next
    pace.took(units, elapsedMs)
    for (const [index, outcome] of outcomes.entries()) {
      const conversation = sent[index]
      if (conversation) note(outcome, conversation)
    }
  }

  function note(outcome: ImportOutcome, conversation: FileConversation): void {
    report.addOutcome(outcome, { title: conversation.title, messages: conversation.messages.length })
    if (outcome.outcome === 'unchanged') return
    listed.push({ id: outcome.conversationId, at: conversation.updatedAt })
    if (conversation.trashedAt !== undefined) trashed.push({ id: outcome.conversationId, at: conversation.trashedAt })
    for (const message of conversation.messages) {
      for (const { sha256 } of message.attachments ?? []) awaited.add(sha256)
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
