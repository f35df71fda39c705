import { lineAt, MESSAGE_DEPTH, type MessageJson, readMessagesAsJson } from '../history/message-json.ts'
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
function* writeSurroundings({ db, scope, conversationIds }: ExportWork, json: JsonPieces): Generator<string> {
  if (scope === 'all') {
    yield json.name('settings') + json.value(readExportedSettings(db))
    yield json.name('endpoints') + json.value(listExportedEndpoints(db))
    yield json.name('tags') + json.value(listExportedTags(db))
  }
  yield json.name('folders') + json.value(listExportedFolders(db, scope === 'all' ? null : conversationIds))
}

function* writeConversation(
  work: ExportWork,
  json: JsonPieces,
  conversationId: string,
  sha256s: Set<string>,
): Generator<string> {
  const { db, progress } = work
  const layout = layoutOf(work)
  db.exec('BEGIN')
  try {
    const head = findConversationHead(db, { conversationId })
    if (!head) return
    yield json.open('{')
    yield writeHead(json, work.scope === 'all' ? head : { ...head, endpointId: undefined })
    yield json.name('messages') + json.open('[')
    for (const message of readMessagesAsJson(db, { conversationId, layout })) {
      yield json.raw() + writeMessage(message, layout, sha256s)
      progress.messages += 1
    }
    yield json.close(']') + json.close('}')
    progress.conversations += 1
  } finally {
    db.exec('COMMIT')
  }
}

function layoutOf({ compact }: ExportWork): JsonLayout {
  return compact ? 'compact' : 'indented'
}

/** Most messages have none of the values of any shape, and are written as they come from SQLite. */
function writeMessage(message: MessageJson, layout: JsonLayout, sha256s: Set<string>): string {
  let { text } = message
  if (message.error) text += writeMember('error', message.error, layout)
  if (message.sampling) text += writeMember('sampling', message.sampling, layout)
  if (message.attachments) {
    for (const { sha256 } of JSON.parse(message.attachments) as { sha256: string }[]) sha256s.add(sha256)
    text += writeMember('attachments', message.attachments, layout)
  }
  if (message.parts) text += writeMember('parts', message.parts, layout)
  return `${text}${lineAt(MESSAGE_DEPTH, layout)}}`
}

function writeMember(name: string, json: string, layout: JsonLayout): string {
  const value: unknown = JSON.parse(json)
  if (value === null) return ''
  const colon = layout === 'indented' ? ': ' : ':'
  return `,${lineAt(MESSAGE_DEPTH + 1, layout)}"${name}"${colon}${layoutValue(value, MESSAGE_DEPTH + 1, layout)}`
}

function writeHead(json: JsonPieces, head: FileConversationHead): string {
  let text = ''
  for (const [name, value] of Object.entries(head)) if (value !== undefined) text += json.name(name) + json.value(value)
  return text
}

function* writeAttachment({ db }: ExportWork, json: JsonPieces, sha256: string): Generator<string> {
  const bytes = findAttachmentBytes(db, { sha256 })
  if (!bytes) return
  yield json.open('{')
  yield json.name('sha256') + json.value(sha256)
  yield `${json.name('data') + json.raw()}"`
  for (let start = 0; start < bytes.length; start += BASE64_STEP) {
    yield bytes.toString('base64', start, Math.min(start + BASE64_STEP, bytes.length))
  }
  yield `"${json.close('}')}`
}
