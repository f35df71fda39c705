import {
  findAttachmentBytes,
  findConversationHead,
  listExportedEndpoints,
  listExportedFolders,
  listExportedTags,
  readExportedMessages,
  readExportedSettings,
} from '../history/transfer-export.ts'
import { ALCOVE_FORMAT, ALCOVE_VERSION, type FileConversationHead } from './alcove-format.ts'
import type { ExportWork } from './formats.ts'
import { createJsonPieces, type JsonPieces } from './json-layout.ts'

/** A multiple of three, so that the pieces of base64 join without padding between them. */
const BASE64_STEP = 3 * 64 * 1024

/**
 * The lossless form, piece by piece. It holds no clock and no version of the app, and every list has one order, so the
 * same history always gives the same bytes. One read transaction for each conversation.
 */
export function* writeAlcoveJson(work: ExportWork): Generator<string> {
  const json = createJsonPieces(work.compact ? 'compact' : 'indented')
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
  db.exec('BEGIN')
  try {
    const head = findConversationHead(db, { conversationId })
    if (!head) return
    yield json.open('{')
    yield writeHead(json, work.scope === 'all' ? head : { ...head, endpointId: undefined })
    yield json.name('messages') + json.open('[')
    for (const message of readExportedMessages(db, { conversationId })) {
      for (const attachment of message.attachments ?? []) sha256s.add(attachment.sha256)
      yield json.value(message)
      progress.messages += 1
    }
    yield json.close(']') + json.close('}')
    progress.conversations += 1
  } finally {
    db.exec('COMMIT')
  }
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
