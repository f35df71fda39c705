/** Hands a long conversation to the history in slices; it shows there when the last one is in, and not before. */
import { hashImportedContent } from '../history/content-hash.ts'
import {
  findUnchanged,
  type ImportOutcome,
  type Judgement,
  toUnchanged,
  withNewIds,
} from '../history/import/conversations.ts'
import type { ImportPlace } from '../history/import/place.ts'
import type { FileConversation, FileMessage } from './alcove-format.ts'
import type { ImportHistory } from './import-history.ts'
import { type createPace, unitsOf } from './pace-slices.ts'

/** Looked up in one step: about 2 ms. */
const IDS = 500

interface StageArgs {
  conversation: FileConversation
  place: ImportPlace
  pace: ReturnType<typeof createPace>
  signal: AbortSignal
}

/** `outcome` is null when it was cancelled: then nothing of it is left. Throws what the history throws, likewise. */
export async function importStaged(
  history: ImportHistory,
  { conversation, place, pace, signal }: StageArgs,
): Promise<{ outcome: ImportOutcome | null; place: ImportPlace }> {
  const judgement = await judge(history, conversation)
  if (judgement.verdict === 'unchanged') return { outcome: toUnchanged(judgement.known), place }
  const isCopy = judgement.verdict === 'taken'
  const stored = isCopy ? withNewIds(conversation) : conversation
  const head = { ...stored, messages: [] }
  const count = stored.messages.length
  const begun = await history.stageConversation({ conversation: head, count, place })
  try {
    for (let from = 0; from < count; ) {
      if (signal.aborted) {
        await removeUnfinished(history)
        return { outcome: null, place: begun.place }
      }
      const { slice, units } = nextSlice(stored.messages, from, pace.limit())
      const messages = new TextEncoder().encode(JSON.stringify(slice))
      const { elapsedMs } = await history.stageMessages({ staged: begun.staged, from, messages })
      pace.took(units, elapsedMs)
      from += slice.length
    }
    return {
      outcome: await history.finishStaged({ staged: begun.staged, conversation: head, isCopy }),
      place: begun.place,
    }
  } catch (error) {
    // On a full disk even this fails; it is done when the history is opened next.
    await removeUnfinished(history).catch(() => undefined)
    throw error
  }
}

/** As the history judges a short one in the transaction that takes it in, but in steps. */
async function judge(history: ImportHistory, conversation: FileConversation): Promise<Judgement> {
  const { id: conversationId, messages } = conversation
  const known = await history.findKnown({ conversationId })
  if (known.length > 0) {
    const isSame = known.some(({ contentHash }) => contentHash === null)
    const hashSame = isSame ? await hashExisting(history, conversationId) : undefined
    const unchanged = findUnchanged(known, hashImportedContent(conversation), hashSame)
    if (unchanged) return { verdict: 'unchanged', known: unchanged }
  }
  for (let from = 0; from < messages.length || from === 0; from += IDS) {
    const messageIds = messages.slice(from, from + IDS).map(({ id }) => id)
    if (await history.areIdsTaken({ conversationId, messageIds })) return { verdict: 'taken' }
  }
  return { verdict: 'new' }
}

async function hashExisting(history: ImportHistory, conversationId: string): Promise<string> {
  for (let afterSeq: number | null = null; ; ) {
    const { lastSeq, contentHash } = await history.hashExistingStep({ conversationId, afterSeq })
    if (contentHash !== null) return contentHash
    afterSeq = lastSeq
  }
}

/**
 * Takes away what an import that ended early has left, and what else is being erased, in short steps: its ids may be
 * among those of the file. No other import may be running.
 */
export async function removeUnfinished(history: ImportHistory, signal?: AbortSignal): Promise<void> {
  await history.abandonStaged({})
  while (!signal?.aborted && (await history.eraseStep({})));
}

/** At least one message, however long. */
function nextSlice(messages: FileMessage[], from: number, limit: number): { slice: FileMessage[]; units: number } {
  let units = 0
  let end = from
  for (; end < messages.length; end += 1) {
    const message = messages[end]
    const more = message ? unitsOf(message) : 0
    if (end > from && units + more > limit) break
    units += more
  }
  return { slice: messages.slice(from, end), units }
}
