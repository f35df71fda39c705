import type { Database } from '../database.ts'
import type { CopyReport } from './copy-rows.ts'
import type { Gaps } from './fill-gaps.ts'
import type { LogReading } from './pages/write-ahead-log.ts'

interface SalvagedConversation {
  conversationId: string
  title: string
  /** In the salvaged history, with the placeholders. */
  messages: number
  /** Messages that a placeholder stands for. */
  lost: number
  /** Messages of which the end is lost. */
  cut: number
  /** Its title, prompt and settings are lost. */
  isHeadLost: boolean
}

export interface SalvageReport {
  /** File name under which the damaged history is kept, beside the new one. */
  keptAs: string
  conversations: number
  messages: number
  lostMessages: number
  cutMessages: number
  /** Saves before the last end of the program that are lost, beside what is counted above. */
  lostCommits: number
  /** Rows of other tables that could not be kept. */
  lostRows: number
  /** Conversations that are not whole, at most 500, by id. */
  damaged: SalvagedConversation[]
  /** All of them, also those that are not in the list. */
  damagedConversations: number
}

const MOST_LISTED = 500

interface Found {
  copied: CopyReport
  gaps: Gaps
  log: LogReading
}

export function reportByConversation(db: Database, { copied, gaps, log }: Found): Omit<SalvageReport, 'keptAs'> {
  const count = (table: string) => db.prepare<[], number>(`SELECT count(*) FROM "${table}"`).pluck().get() ?? 0
  const homeOf = db.prepare<[number], number>('SELECT conversation_seq FROM messages WHERE seq = ?').pluck()
  const losses = new Map<number, { lost: number; cut: number }>()
  const lossesOf = (conversation: number) => {
    const found = losses.get(conversation) ?? { lost: 0, cut: 0 }
    losses.set(conversation, found)
    return found
  }
  for (const seq of gaps.lostMessages) lossesOf(homeOf.get(seq) ?? 0).lost += 1
  for (const seq of copied.cutMessages) lossesOf(homeOf.get(seq) ?? 0).cut += 1
  for (const seq of gaps.lostConversations) lossesOf(seq)
  const describe = db.prepare<[number], { conversationId: string; title: string; messages: number }>(`
    SELECT id AS conversationId, title, (SELECT count(*) FROM messages AS m WHERE m.conversation_seq = c.seq) AS messages
    FROM conversations AS c WHERE seq = ?`)
  const damaged = [...losses].flatMap(([seq, loss]): SalvagedConversation[] => {
    const head = describe.get(seq)
    return head ? [{ ...head, ...loss, isHeadLost: gaps.lostConversations.has(seq) }] : []
  })
  return {
    conversations: count('conversations'),
    messages: count('messages'),
    lostMessages: gaps.lostMessages.size,
    cutMessages: copied.cutMessages.size,
    lostCommits: log.commitsLost,
    lostRows: [...copied.refused.values()].reduce((sum, rows) => sum + rows, 0),
    damaged: damaged.sort((a, b) => (a.conversationId < b.conversationId ? -1 : 1)).slice(0, MOST_LISTED),
    damagedConversations: damaged.length,
  }
}
