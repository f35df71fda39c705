/** Compares what a history holds after a crash with what had been acknowledged before it. */
import { type Acknowledgement, wordsText } from './program/acknowledgement.ts'
import { importedConversationIds, importedMessages } from './program/import-sample.ts'

/** What a reply may lose at most, by the app's first promise. */
const LOSS_MS = 250

/** Arrivals that may be due together with a write, and be served before it. */
const TIMERS_AT_ONCE = 4

export interface StoredConversation {
  id: string
  trashed: number
  messages: number
}

/** The history of one folder, read once, without what is hidden. */
export interface Found {
  conversations: Map<string, StoredConversation>
  /** Text of each message, of a streaming one with what had arrived. */
  messages: Map<string, { conversationId: string; text: string }>
  texts: Set<string>
}

/** One line for each thing that is wrong. */
export function compareWithAcknowledged(found: Found, acknowledged: readonly Acknowledgement[]): string[] {
  const erased = new Set(acknowledged.flatMap((one) => (one.type === 'erasing' ? [one.conversationId] : [])))
  return [
    ...acknowledged.flatMap((one) => findMissing(found, one, erased) ?? []),
    ...findWrongPlaces(found, acknowledged),
    ...findHalfErasures(found, acknowledged, erased),
    ...findHalfImports(found, acknowledged),
    ...findForeignWords(found, acknowledged),
  ]
}

function findMissing(found: Found, one: Acknowledgement, erased: ReadonlySet<string>): string | undefined {
  if (one.type === 'message' && !found.texts.has(one.text) && !erased.has(one.conversationId))
    return `lost the message “${one.text}”`
  if (one.type === 'streamed' || one.type === 'finished') {
    if (one.conversationId !== undefined && erased.has(one.conversationId)) return undefined
    const text = found.messages.get(one.replyId)?.text
    if (!text?.startsWith(wordsText(one.words))) return `lost words of a reply that was ${one.type}`
    if (one.type === 'finished' && text !== wordsText(one.words)) return 'a finished reply has other words'
  }
  return undefined
}

/** A step that was begun and not acknowledged may have happened or not. */
function findWrongPlaces({ conversations }: Found, acknowledged: readonly Acknowledgement[]): string[] {
  const last = new Map<string, string>()
  for (const one of acknowledged) {
    if (one.type === 'trashed' || one.type === 'restoring' || one.type === 'restored' || one.type === 'erasing')
      last.set(one.conversationId, one.type)
  }
  return [...last].flatMap(([id, type]) => {
    const conversation = conversations.get(id)
    if (type === 'erasing') return []
    if (!conversation) return [`a ${type} conversation is gone`]
    const wanted = type === 'restoring' ? conversation.trashed : type === 'trashed' ? 1 : 0
    return conversation.trashed === wanted ? [] : [`a ${type} conversation is in the wrong place`]
  })
}

/** Erasing that was not acknowledged may have happened or not, but not by half; what was erased never comes back. */
function findHalfErasures(
  { conversations, texts }: Found,
  acknowledged: readonly Acknowledgement[],
  erasing: ReadonlySet<string>,
): string[] {
  const erased = new Set(acknowledged.flatMap((one) => (one.type === 'erased' ? [one.conversationId] : [])))
  return [...erasing].flatMap((id) => {
    const written = acknowledged.filter((one) => one.type === 'message' && one.conversationId === id)
    const there = written.filter((one) => one.type === 'message' && texts.has(one.text))
    const isThere = conversations.has(id)
    if (erased.has(id) && (isThere || there.length > 0)) return ['an erased conversation is still there']
    return there.length === (isThere ? written.length : 0) ? [] : ['a conversation is erased by half']
  })
}

function findHalfImports({ conversations }: Found, acknowledged: readonly Acknowledgement[]): string[] {
  const complete = new Set(acknowledged.flatMap((one) => (one.type === 'imported' ? [one.run] : [])))
  return acknowledged.flatMap((one) => {
    if (one.type !== 'importing') return []
    const counts = importedConversationIds(one.run).map((id) => conversations.get(id)?.messages ?? 0)
    const half = counts.filter((count, index) => count !== 0 && count !== importedMessages(index)).length
    const missing = complete.has(one.run) ? counts.filter((count) => count === 0).length : 0
    return [
      ...(half > 0 ? [`${half} conversations are imported by half`] : []),
      ...(missing > 0 ? [`${missing} imported conversations are gone`] : []),
    ]
  })
}

/** Nothing but the words that came, in their order. */
function findForeignWords({ messages }: Found, acknowledged: readonly Acknowledgement[]): string[] {
  const replies = new Set(acknowledged.flatMap((one) => (one.type === 'arrived' ? [one.replyId] : [])))
  return [...replies].flatMap((replyId) => {
    const text = messages.get(replyId)?.text ?? ''
    return text === wordsText(text.split(' ').length - 1) ? [] : ['a reply has words that never came']
  })
}

/**
 * Words that came more than 250 ms before the end and are not there. Those that the history had been given in time but
 * the disk had not yet taken are counted apart: how long a disk takes is not the app's to promise.
 */
export function findLate({ messages }: Found, acknowledged: readonly Acknowledgement[]) {
  const due = new Map<string, number>()
  const handed = new Map<string, number>()
  // Of the run that ended with the crash; what an earlier one lost was its own.
  const lastRun = acknowledged.slice(acknowledged.findLastIndex(({ type }) => type === 'started'))
  const arrivals = lastRun.flatMap((one) => (one.type === 'arrived' ? [one.atMs] : []))
  // By the clock of the process itself: one that the system lets wait can do nothing meanwhile.
  const nowMs = arrivals.at(-TIMERS_AT_ONCE) ?? 0
  for (const one of lastRun) {
    if (one.type === 'arrived' && one.atMs < nowMs - LOSS_MS) due.set(one.replyId, one.words)
    else if (one.type === 'handed') handed.set(one.replyId, one.words)
  }
  const late = [...due].filter(([id, words]) => !messages.get(id)?.text.startsWith(wordsText(words)))
  const lost = late.filter(([id, words]) => (handed.get(id) ?? 0) < words)
  return {
    busy: late.length - lost.length,
    lost: lost.map(([, words]) => `lost word ${words} of a reply, more than ${LOSS_MS} ms old`),
  }
}
