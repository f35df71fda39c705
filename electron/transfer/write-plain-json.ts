import { endReading } from '../history/salvage/reads/damage.ts'
import { findConversationHead, readActiveBranch } from '../history/transfer-export.ts'
import type { FileConversationHead } from './alcove-format.ts'
import type { ExportWork } from './formats.ts'
import { createJsonPieces, type JsonPieces } from './json-layout.ts'
import { countUnreadable } from './progress.ts'

/**
 * The plain form for other programs: what is on screen, as the list of messages that an OpenAI-compatible endpoint
 * takes. One chosen conversation is that list itself; anything else is a list of `{title, trashed?, messages}`.
 */
export function* writePlainJson(work: ExportWork): Generator<string> {
  const json = createJsonPieces(work.compact ? 'compact' : 'indented')
  const alone = work.scope === 'conversations' && work.conversationIds.length === 1
  if (!alone) yield json.open('[')
  for (const conversationId of work.conversationIds) yield* writeConversation(work, json, conversationId, alone)
  if (!alone) yield json.close(']')
  yield '\n'
}

function* writeConversation(
  { db, progress }: ExportWork,
  json: JsonPieces,
  conversationId: string,
  alone: boolean,
): Generator<string> {
  db.exec('BEGIN')
  try {
    const head = findConversationHead(db, { conversationId }, () => countUnreadable(progress, 'conversations'))
    // An alone one that was erased since the export began still has to leave a whole JSON document.
    if (!head && !alone) return
    if (head && !alone) yield writeTitle(json, head)
    const onUnreadable = () => countUnreadable(progress, 'messages')
    yield json.open('[')
    if (head?.systemPrompt) {
      yield json.value({ role: 'system', content: head.systemPrompt, createdAt: head.createdAt })
    }
    for (const { role, text, createdAt } of readActiveBranch(db, { conversationId }, onUnreadable)) {
      yield json.value({ role, content: text, createdAt })
      progress.messages += 1
    }
    yield json.close(']')
    if (!alone) yield json.close('}')
    progress.conversations += 1
  } finally {
    endReading(db)
  }
}

function writeTitle(json: JsonPieces, { title, trashedAt }: FileConversationHead): string {
  const opened = json.open('{') + json.name('title') + json.value(title)
  const trashed = trashedAt === undefined ? '' : json.name('trashed') + json.value(true)
  return opened + trashed + json.name('messages')
}
