import { lineAt, MESSAGE_DEPTH, type MessageJson, readMessagesAsJson } from '../history/message-json.ts'
import { endReading, readAround } from '../history/salvage/reads/damage.ts'
import { fromJson } from '../history/stored-values.ts'
import {
  findAttachmentBytes,
  findConversationHead,
  listExportedEndpoints,
  listExportedFolders,
  listExportedTags,
  readExportedSettings,
} from '../history/transfer-export.ts'
import { ALCOVE_FORMAT, ALCOVE_VERSION, type FileConversationHead } from './alcove-format.ts'
import type { ExportWork } from './formats.ts'
import { createJsonPieces, type JsonLayout, type JsonPieces, layoutValue } from './json-layout.ts'
import { countUnreadable } from './progress.ts'

/** A multiple of three, so that the pieces of base64 join without padding between them. */
const BASE64_STEP = 3 * 64 * 1024

/**
 * The lossless form, piece by piece. It holds no clock and no version of the app, and every list has one order, so the
 * same history always gives the same bytes. One read transaction for each conversation.
 */
export function* writeAlcoveJson(work: ExportWork): Generator<string> {
  const json = createJsonPieces(layoutOf(work))
  const sha256s = new Set<string>()
  yield json.open('{')
  yield json.name('format') + json.value(ALCOVE_FORMAT)
  yield json.name('version') + json.value(ALCOVE_VERSION)
  yield json.name('scope') + json.value(work.scope)
  yield* writeSurroundings(work, json)
  yield json.name('conversations') + json.open('[')
  for (const conversationId of work.conversationIds) yield* writeConversation(work, json, conversationId, sha256s)
  yield json.close(']')
  yield json.name('attachments') + json.open('[')
  for (const sha256 of [...sha256s].sort()) yield* writeAttachment(work, json, sha256)
  yield json.close(']')
  yield `${json.close('}')}\n`
}

/** What the conversations stand in. Settings and endpoints belong to a whole history, not to a conversation given away. */
function* writeSurroundings({ db, scope, conversationIds, progress }: ExportWork, json: JsonPieces): Generator<string> {
  if (scope === 'all') {
    yield json.name('settings') + json.value(orLost(progress, () => readExportedSettings(db), {}))
    yield json.name('endpoints') + json.value(orLost(progress, () => listExportedEndpoints(db), []))
    yield json.name('tags') + json.value(orLost(progress, () => listExportedTags(db), []))
  }
  const folders = () => listExportedFolders(db, scope === 'all' ? null : conversationIds)
  yield json.name('folders') + json.value(orLost(progress, folders, []))
}

function* writeConversation(
  work: ExportWork,
  json: JsonPieces,
  conversationId: string,
  sha256s: Set<string>,
): Generator<string> {
  const { db, progress } = work
  const layout = layoutOf(work)
  const onUnreadable = () => countUnreadable(progress, 'messages')
  db.exec('BEGIN')
  try {
    const head = findConversationHead(db, { conversationId }, () => countUnreadable(progress, 'conversations'))
    if (!head) return
    yield json.open('{')
    yield writeHead(json, work.scope === 'all' ? head : { ...head, endpointId: undefined })
    yield json.name('messages') + json.open('[')
    for (const message of readMessagesAsJson(db, { conversationId, layout, onUnreadable })) {
      yield json.raw() + writeMessage(message, layout, sha256s)
      progress.messages += 1
    }
    yield json.close(']') + json.close('}')
    progress.conversations += 1
  } finally {
    endReading(db)
  }
}

/** What `read` gives, or `otherwise` where it cannot be read. */
function orLost<Result>(progress: ExportWork['progress'], read: () => Result, otherwise: Result): Result {
  return readAround(read, () => {
    countUnreadable(progress, 'others')
    return otherwise
  })
}

function layoutOf({ compact }: ExportWork): JsonLayout {
  return compact ? 'compact' : 'indented'
}

/** Most messages have none of the values of any shape, and are written as they come from SQLite. */
function writeMessage(message: MessageJson, layout: JsonLayout, sha256s: Set<string>): string {
  let { text } = message
  const unknown: Record<string, string> = {}
  const member = (name: string, json: string) => {
    const value = fromJson(json)
    // Not JSON at all: given out as the text that it is.
    if (value === undefined) unknown[name] = json
    return value === undefined || value === null ? '' : writeMember(name, value, layout)
  }
  if (message.error) text += member('error', message.error)
  if (message.sampling) text += member('sampling', message.sampling)
  if (message.attachments) {
    for (const { sha256 } of JSON.parse(message.attachments) as { sha256: string }[]) sha256s.add(sha256)
    text += member('attachments', message.attachments)
  }
  if (message.parts) text += member('parts', message.parts)
  if (Object.keys(unknown).length > 0) text += writeMember('unknown', unknown, layout)
  return `${text}${lineAt(MESSAGE_DEPTH, layout)}}`
}

function writeMember(name: string, value: unknown, layout: JsonLayout): string {
  const colon = layout === 'indented' ? ': ' : ':'
  return `,${lineAt(MESSAGE_DEPTH + 1, layout)}"${name}"${colon}${layoutValue(value, MESSAGE_DEPTH + 1, layout)}`
}

function writeHead(json: JsonPieces, head: FileConversationHead): string {
  let text = ''
  for (const [name, value] of Object.entries(head)) if (value !== undefined) text += json.name(name) + json.value(value)
  return text
}

function* writeAttachment({ db, progress }: ExportWork, json: JsonPieces, sha256: string): Generator<string> {
  const bytes = orLost(progress, () => findAttachmentBytes(db, { sha256 }), undefined)
  if (!bytes) return
  yield json.open('{')
  yield json.name('sha256') + json.value(sha256)
  yield `${json.name('data') + json.raw()}"`
  for (let start = 0; start < bytes.length; start += BASE64_STEP) {
    yield bytes.toString('base64', start, Math.min(start + BASE64_STEP, bytes.length))
  }
  yield `"${json.close('}')}`
}
