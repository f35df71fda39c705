/**
 * Writes messages as JSON inside SQLite: one string for a message instead of thirty values for JavaScript to put
 * together makes an export twice as fast.
 */
import type { Database } from './database.ts'
import { ERASING_MESSAGES } from './erase/erasing-messages.ts'
import { endReading, isDamage } from './salvage/reads/damage.ts'
import { type Placeholder, readDamagedMessages } from './salvage/reads/damaged-export.ts'
import { statement } from './statement.ts'

export type MessageLayout = 'indented' | 'compact'

/** A message in the export: `text` is its JSON without the closing bracket; what may have any shape comes beside it. */
export interface MessageJson {
  text: string
  error: string | null
  sampling: string | null
  attachments: string | null
  parts: string | null
}

/** Told of each message of which only its place is known. */
export type OnUnreadable = () => void

/** A message stands four brackets deep in the file: document, conversations, conversation, messages. */
export const MESSAGE_DEPTH = 4

// A parent always has the lower seq, so this order is parents first, and siblings in the order they were made.
const FROM = `
  FROM messages AS m
  LEFT JOIN messages AS parent ON parent.seq = m.parent_seq
  WHERE m.conversation_seq = (SELECT seq FROM conversations WHERE id = :conversationId)
    AND m.seq NOT IN ${ERASING_MESSAGES}
  ORDER BY m.seq`

// Reads no row but its own, so that a damaged one beside it does no harm.
const FROM_ONE = `
  FROM messages AS m NOT INDEXED
  LEFT JOIN (SELECT :parentId AS id) AS parent
  WHERE m.seq = :seq`

const ATTACHMENTS = `
  iif(EXISTS (SELECT 1 FROM message_attachments WHERE message_seq = m.seq), (
    SELECT json_group_array(
      json_object('sha256', a.sha256, 'name', ma.name, 'mediaType', a.media_type, 'sizeBytes', a.size_bytes)
      ORDER BY ma.position)
    FROM message_attachments AS ma CROSS JOIN attachments AS a ON a.sha256 = ma.sha256
    WHERE ma.message_seq = m.seq), NULL)`

/** A reply that is being written is given with what has arrived of it, as it would be if Alcove ended now. */
const whole = (column: 'text' | 'reasoning') => `
  iif(m.status = 'streaming', m.${column} || coalesce((
    SELECT group_concat(text, '' ORDER BY position) FROM reply_chunks
    WHERE message_seq = m.seq AND kind = '${column}'), ''),
    m.${column})`

type Member = readonly [name: string, expression: string]

const MESSAGE: readonly Member[] = [
  ['parentId', 'json_quote(parent.id)'],
  ['role', 'json_quote(m.role)'],
  ['status', "iif(m.status = 'streaming', '\"interrupted\"', json_quote(m.status))"],
  ['createdAt', 'm.created_at'],
  ['completedAt', 'm.completed_at'],
  ['finishReason', 'json_quote(m.finish_reason)'],
  ['model', 'json_quote(m.model)'],
  ['endpointId', 'json_quote(m.endpoint_id)'],
  ['endpointName', 'json_quote(m.endpoint_name)'],
  ['promptTokens', 'm.prompt_tokens'],
  ['completionTokens', 'm.completion_tokens'],
  ['cachedTokens', 'm.cached_tokens'],
  ['firstTokenMs', 'm.first_token_ms'],
  ['totalMs', 'm.total_ms'],
  ['reasoningMs', 'm.reasoning_ms'],
  ['pinned', "iif(m.pinned, 'true', NULL)"],
  ['excluded', "iif(m.excluded, 'true', NULL)"],
  ['editedFromId', 'json_quote(m.edited_from_id)'],
  ['text', `json_quote(${whole('text')})`],
  ['reasoning', `nullif(json_quote(${whole('reasoning')}), '""')`],
  ['sentText', 'json_quote(m.sent_text)'],
]

/** Of any shape, so that the indented layout needs its line feeds and indents made. Strings in JSON hold no line feed. */
const notices = (depth: number, layout: MessageLayout): string =>
  layout === 'compact' ? 'notices' : `replace(json_pretty(notices, '  '), char(10), '${lineAt(depth, layout)}')`

const REQUEST: readonly Member[] = [
  ['sentMessages', 'sent_messages'],
  ['leftOutMessages', 'left_out_messages'],
  ['estimatedTokens', 'estimated_tokens'],
  ['windowTokens', 'window_tokens'],
  ['windowSource', 'json_quote(window_source)'],
  ['continueMode', 'json_quote(continue_mode)'],
  ['createdAt', 'created_at'],
]

/** NULL, which is what SQL gives for a missing value. `json_quote(NULL)` is the text null, so that is taken out too. */
const absent = (expression: string) =>
  expression.startsWith('json_quote') ? `nullif(${expression}, 'null')` : expression

function record(first: Member, members: readonly Member[], depth: number, layout: MessageLayout): string {
  const colon = layout === 'indented' ? ': ' : ':'
  const line = lineAt(depth + 1, layout)
  const rest = members.map(([name, expression]) => `',${line}"${name}"${colon}' || ${absent(expression)}`)
  // concat() leaves NULL out, and copies a long text once where a chain of || copies it again and again.
  return `concat('{${line}"${first[0]}"${colon}', ${[first[1], ...rest].join(',\n    ')})`
}

/** Line feed and indent at `depth`; nothing when compact. */
export function lineAt(depth: number, layout: MessageLayout): string {
  return layout === 'indented' ? `\n${'  '.repeat(depth)}` : ''
}

function selectMessages(layout: MessageLayout, from: string): string {
  const depth = MESSAGE_DEPTH
  const colon = layout === 'indented' ? ': ' : ':'
  const request = record(
    ['strategy', 'json_quote(strategy)'],
    [...REQUEST, ['notices', notices(depth + 3, layout)]],
    depth + 2,
    layout,
  )
  const requests = `(
    SELECT group_concat(concat('${lineAt(depth + 2, layout)}', ${request}, '${lineAt(depth + 2, layout)}}'), ',' ORDER BY seq)
    FROM requests WHERE message_seq = m.seq)`
  const message = record(['id', 'json_quote(m.id)'], MESSAGE, depth, layout)
  return `
    SELECT ${message.slice(0, -1)},
      ',${lineAt(depth + 1, layout)}"requests"${colon}[' || ${requests} || '${lineAt(depth + 1, layout)}]') AS text,
      m.error, m.sampling, ${ATTACHMENTS} AS attachments, m.parts
    ${from}`
}

const SELECT = { indented: selectMessages('indented', FROM), compact: selectMessages('compact', FROM) }
const SELECT_ONE = { indented: selectMessages('indented', FROM_ONE), compact: selectMessages('compact', FROM_ONE) }

/**
 * The messages of every branch, parents first, read one at a time: one such reading at a time on a connection. One whose
 * place in the file is damaged is there as a placeholder with an error, and told to `onUnreadable`.
 */
export function* readMessagesAsJson(
  db: Database,
  {
    conversationId,
    layout,
    onUnreadable,
  }: { conversationId: string; layout: MessageLayout; onUnreadable: OnUnreadable },
): Generator<MessageJson> {
  let given = 0
  try {
    for (const message of statement<MessageJson>(db, SELECT[layout]).iterate({ conversationId })) {
      given += 1
      yield message
    }
    return
  } catch (error) {
    if (!isDamage(error)) throw error
    endReading(db)
  }
  const readOne = (seq: number, parentId: string | null) =>
    statement<MessageJson>(db, SELECT_ONE[layout]).get({ seq, parentId })
  for (const found of readDamagedMessages(db, { conversationId, skip: given }, readOne)) {
    if ('whole' in found) yield found.whole
    else {
      onUnreadable()
      yield writePlaceholder(found.placeholder, layout)
    }
  }
}

function writePlaceholder({ id, parentId, role, error }: Placeholder, layout: MessageLayout): MessageJson {
  const line = lineAt(MESSAGE_DEPTH + 1, layout)
  const colon = layout === 'indented' ? ': ' : ':'
  const members = { id, ...(parentId === null ? {} : { parentId }), role, status: 'failed', createdAt: 0, text: '' }
  const written = Object.entries(members).map(([name, value]) => `${line}"${name}"${colon}${JSON.stringify(value)}`)
  return { text: `{${written.join()}`, error, sampling: null, attachments: null, parts: null }
}
