import type { Message, SentSummary } from '../../shared/record-types.ts'
import type { LoadedTranscript } from './transcript-store.ts'

export type Row =
  | { type: 'system'; key: 'system' }
  | { type: 'cut'; key: 'cut'; sent: SentSummary }
  | { type: 'message'; key: string; message: Message; isLast: boolean }
  | { type: 'pending'; key: 'pending'; text: string }

/** What the transcript shows, top to bottom. The system prompt stands above the very first message only. */
export function transcriptRows({ messages, hasMore, pendingText }: LoadedTranscript): Row[] {
  const rows: Row[] = messages.map((message, index) => ({
    type: 'message',
    key: message.id,
    message,
    isLast: index === messages.length - 1,
  }))
  const cut = findCut(messages)
  if (cut) rows.splice(cut.index, 0, { type: 'cut', key: 'cut', sent: cut.sent })
  if (!hasMore) rows.unshift({ type: 'system', key: 'system' })
  if (pendingText !== null) rows.push({ type: 'pending', key: 'pending', text: pendingText })
  return rows
}

/**
 * Where the latest reply's request began: `index` is that of the first message it carried. Null when everything was
 * sent, or that message is not loaded.
 */
export function findCut(messages: readonly Message[]): { index: number; sent: SentSummary } | null {
  const replyIndex = messages.findLastIndex(({ sent }) => sent !== null)
  const sent = messages[replyIndex]?.sent
  if (!sent || sent.leftOutMessages === 0) return null
  const index = replyIndex - sent.sentMessages
  return index > 0 ? { index, sent } : null
}
