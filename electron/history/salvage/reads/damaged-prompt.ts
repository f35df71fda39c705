/** What a prompt is built from where some of it cannot be read: without what nobody can read, and with all the rest. */
import { estimateMessageTokens } from '../../../memory/estimate-tokens.ts'
import { getConversationSeq } from '../../branches.ts'
import type { Database } from '../../database.ts'
import { statement } from '../../statement.ts'
import { orUndefined } from './damage.ts'
import { walkDamagedBranch } from './damaged-branch.ts'

interface PromptArgs {
  conversationId: string
  leafId: string | null
  limit: number
  budgetTokens: number
}

export interface DamagedPrompt<Row> {
  systemPrompt: string
  /** Oldest first. */
  rows: Row[]
  total: number
}

const SYSTEM_PROMPT = 'SELECT system_prompt AS systemPrompt FROM conversations NOT INDEXED WHERE seq = :seq'

/** Stops where the undamaged reading stops. `readRow` reads the message of one `seq`. Throws `not-found`. */
export function readDamagedPrompt<Row extends { role: string; text: string }>(
  db: Database,
  { conversationId, leafId, limit, budgetTokens }: PromptArgs,
  readRow: (seq: number) => Row | undefined,
): DamagedPrompt<Row> {
  const seqs = walkDamagedBranch(db, conversationId, leafId)
  const rows: Row[] = []
  let tokens = 0
  let hasQuestion = false
  for (const seq of seqs) {
    const row = orUndefined(() => readRow(seq))
    if (!row) continue
    rows.push(row)
    tokens += estimateMessageTokens(row.text)
    hasQuestion ||= row.role === 'user' && row.text !== ''
    if (rows.length === limit || (hasQuestion && tokens > budgetTokens)) break
  }
  const systemPrompt = orUndefined(
    () =>
      statement<{ systemPrompt: string }>(db, SYSTEM_PROMPT).get({ seq: getConversationSeq(db, conversationId) })
        ?.systemPrompt,
  )
  return { systemPrompt: systemPrompt ?? '', rows: rows.reverse(), total: seqs.length }
}
