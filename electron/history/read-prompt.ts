import type { MessageRole, MessageStatus } from '../../shared/record-types.ts'
import { estimateMessageTokens } from '../memory/estimate-tokens.ts'
import { BRANCH } from './branches.ts'
import type { Database } from './database.ts'
import { roleOf, statusOf, TEXT_SO_FAR } from './messages.ts'
import { conversationNotFound, messageNotFound } from './not-found.ts'
import { readAround } from './salvage/reads/damage.ts'
import { readDamagedPrompt } from './salvage/reads/damaged-prompt.ts'
import { statement } from './statement.ts'
import { fromJson } from './stored-values.ts'

interface PromptMessage {
  id: string
  role: MessageRole
  text: string
  status: MessageStatus
  /** Absent when it has none. */
  attachments?: { sha256: string; mediaType: string }[]
}

interface PromptRow {
  id: string
  role: string
  text: string
  status: string
  depth: number
  attachments: string | null
}

interface PromptArgs {
  conversationId: string
  leafId: string | null
  limit: number
  budgetTokens: number
}

interface Prompt {
  systemPrompt: string
  messages: PromptMessage[]
  total: number
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

// In the order of the primary key, which is theirs.
const ATTACHMENTS = `
  iif(EXISTS (SELECT 1 FROM message_attachments WHERE message_seq = m.seq), (
    SELECT json_group_array(json_object('sha256', a.sha256, 'mediaType', a.media_type))
    FROM message_attachments AS ma CROSS JOIN attachments AS a ON a.sha256 = ma.sha256
    WHERE ma.message_seq = m.seq), NULL) AS attachments`

const READ_PROMPT = `${BRANCH}
  SELECT m.id, m.role, ${TEXT_SO_FAR} AS text, m.status, m.depth, ${ATTACHMENTS}
  FROM branch AS b
  CROSS JOIN messages AS m NOT INDEXED ON m.seq = b.seq`

/**
 * What a prompt is built from: the newest messages of the branch ending at `leafId` (null: at the active leaf), oldest
 * first, and how many there are on that branch in all. Stops at `limit` messages, and once what was read can no longer
 * fit `budgetTokens` as `estimateMessageTokens` counts them: with the message that goes over, and never before a user
 * message with text has come, so that the newest question is always there. A message whose
 * place in the file is damaged is left out. Throws `not-found`.
 */
export function readPrompt(db: Database, args: PromptArgs): Prompt {
  return readAround(
    () => readWholePrompt(db, args),
    () => {
      const { rows, ...prompt } = readDamagedPrompt(db, args, (seq) => readRow(db, seq))
      return { ...prompt, messages: rows.map(fromRow) }
    },
  )
}

function readRow(db: Database, seq: number): PromptRow | undefined {
  const sql = `
    SELECT m.id, m.role, ${TEXT_SO_FAR} AS text, m.status, m.depth, ${ATTACHMENTS}
    FROM messages AS m NOT INDEXED WHERE m.seq = :seq`
  return statement<PromptRow>(db, sql).get({ seq })
}

function readWholePrompt(db: Database, args: PromptArgs): Prompt {
  const { systemPrompt, leafSeq } = findStart(db, args)
  const messages: PromptMessage[] = []
  let total = 0
  let tokens = 0
  let hasQuestion = false
  for (const row of statement<PromptRow>(db, READ_PROMPT).iterate({ leafSeq, limit: args.limit })) {
    if (messages.length === 0) total = row.depth + 1
    messages.push(fromRow(row))
    tokens += estimateMessageTokens(row.text)
    hasQuestion ||= row.role === 'user' && row.text !== ''
    if (hasQuestion && tokens > args.budgetTokens) break
  }
  return { systemPrompt, messages: messages.reverse(), total }
}

function fromRow(row: PromptRow): PromptMessage {
  const attachments = fromJson(row.attachments) as PromptMessage['attachments']
  const message = { id: row.id, role: roleOf(row.role), text: row.text, status: statusOf(row.status) }
  return attachments ? { ...message, attachments } : message
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
