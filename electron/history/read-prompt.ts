import type { MessageRole, MessageStatus } from '../../shared/record-types.ts'
import { estimateMessageTokens } from '../memory/estimate-tokens.ts'
import { BRANCH } from './branches.ts'
import type { Database } from './database.ts'
import { roleOf, statusOf, TEXT_SO_FAR } from './messages.ts'
import { conversationNotFound, messageNotFound } from './not-found.ts'
import { statement } from './statement.ts'

export interface PromptMessage {
  id: string
  role: MessageRole
  text: string
  status: MessageStatus
}

interface PromptRow {
  id: string
  role: string
  text: string
  status: string
  depth: number
}

interface Start {
  systemPrompt: string
  leafSeq: number | null
}

const startAt = (leaf: string) => `
  SELECT c.system_prompt AS systemPrompt, ${leaf} AS leafSeq
  FROM conversations AS c
  WHERE c.id = :conversationId`

const AT_ACTIVE_LEAF = startAt(`coalesce(
  (SELECT seq FROM messages NOT INDEXED WHERE seq = c.active_leaf_seq AND conversation_seq = c.seq),
  (SELECT max(seq) FROM messages WHERE conversation_seq = c.seq))`)

const AT_CHOSEN_LEAF = startAt('(SELECT seq FROM messages WHERE id = :leafId AND conversation_seq = c.seq)')

export const READ_PROMPT = `${BRANCH}
  SELECT m.id, m.role, ${TEXT_SO_FAR} AS text, m.status, m.depth
  FROM branch AS b
  CROSS JOIN messages AS m NOT INDEXED ON m.seq = b.seq`

/**
 * What a prompt is built from: the newest messages of the branch ending at `leafId` (null: at the active leaf), oldest
 * first, and how many there are on that branch in all. Stops at `limit` messages, and once what was read can no longer
 * fit `budgetTokens` as `estimateMessageTokens` counts them: with the message that goes over, and never before a user
 * message with text has come, so that the newest question is always there. Throws `not-found`.
 */
export function readPrompt(
  db: Database,
  args: { conversationId: string; leafId: string | null; limit: number; budgetTokens: number },
): { systemPrompt: string; messages: PromptMessage[]; total: number } {
  const { systemPrompt, leafSeq } = findStart(db, args)
  const messages: PromptMessage[] = []
  let total = 0
  let tokens = 0
  let hasQuestion = false
  for (const row of statement<PromptRow>(db, READ_PROMPT).iterate({ leafSeq, limit: args.limit })) {
    if (messages.length === 0) total = row.depth + 1
    messages.push({ id: row.id, role: roleOf(row.role), text: row.text, status: statusOf(row.status) })
    tokens += estimateMessageTokens(row.text)
    hasQuestion ||= row.role === 'user' && row.text !== ''
    if (hasQuestion && tokens > args.budgetTokens) break
  }
  return { systemPrompt, messages: messages.reverse(), total }
}

function findStart(db: Database, { conversationId, leafId }: { conversationId: string; leafId: string | null }): Start {
  const start =
    leafId === null
      ? statement<Start>(db, AT_ACTIVE_LEAF).get({ conversationId })
      : statement<Start>(db, AT_CHOSEN_LEAF).get({ conversationId, leafId })
  if (!start) throw conversationNotFound()
  if (leafId !== null && start.leafSeq === null) throw messageNotFound()
  return start
}
