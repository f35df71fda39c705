/** Opens what a crash left as the app does, and compares it with what had been acknowledged. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Database } from '../../electron/history/database.ts'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import { interruptStreaming } from '../../electron/history/replies.ts'
import { createKeyStore } from '../../electron/keys/key-store.ts'
import { noKeyring } from '../../electron/keys/testing/fake-keyring.ts'
import { exportText } from '../../electron/transfer/testing/transfer-in-process.ts'
import { findBrokenBackups, findNoBackup } from './check-backups.ts'
import { type Acknowledgement, wordsText } from './program/acknowledgement.ts'
import { IMPORTED_MESSAGES, importedConversationIds } from './program/import-sample.ts'
import type { ScenarioName } from './program/scenarios.ts'
import { scenarioSettings } from './scenario-settings.ts'

/** What a reply may lose at most, by the app's first promise. */
const LOSS_MS = 250

export interface Checked {
  /** One line for each thing that is wrong; empty when all is well. */
  problems: string[]
  reopenMs: number
  /** Replies whose text was late because the disk was still busy with it when the crash came. */
  busy: number
}

interface StoredConversation {
  id: string
  trashed: number
  messages: number
}

/** The history of one folder, read once. */
interface Found {
  conversations: Map<string, StoredConversation>
  /** Text of each message, of a streaming one with what had arrived. */
  messages: Map<string, { conversationId: string; text: string }>
  texts: Set<string>
}

export interface Crash {
  acknowledged: readonly Acknowledgement[]
  /** On the clock of the acknowledgements. */
  atMs: number
  scenario: ScenarioName
}

/** The folder is changed as by any start of the app. */
export async function checkHistory(folder: string, { acknowledged, atMs, scenario }: Crash): Promise<Checked> {
  const file = path.join(folder, 'history.db')
  const { expectedExport, backupPrefix } = scenarioSettings[scenario]
  const wasOpen = acknowledged.some(({ type }) => type === 'opened')
  if (!wasOpen && !existsSync(file)) return { problems: [], reopenMs: 0, busy: 0 }
  const start = performance.now()
  let db: Database
  let key: Buffer
  try {
    if (!existsSync(file)) throw new Error('the file is gone')
    ;({ db, key } = await openWithStoredKey(folder, file))
  } catch (error) {
    const cause = error instanceof Error ? String(error.cause) : ''
    return { problems: [`cannot be opened: ${String(error)} (${cause})`], reopenMs: 0, busy: 0 }
  }
  const reopenMs = performance.now() - start
  try {
    interruptStreaming(db, { now: 0 })
    const found = readAll(db)
    const late = findLate(found, acknowledged, atMs)
    const problems = [
      ...findUnsound(db),
      ...acknowledged.flatMap((one) => findMissing(found, one) ?? []),
      ...findWrongPlaces(found, acknowledged),
      ...findHalfImports(found, acknowledged),
      ...findForeignWords(found, acknowledged),
      ...late.lost,
      ...findOtherKey(key, acknowledged),
      ...findBrokenBackups(folder, key, acknowledged),
      ...(wasOpen && backupPrefix ? findNoBackup(folder, backupPrefix) : []),
      ...(expectedExport === undefined ? [] : findOtherExport(db, expectedExport)),
    ]
    return { problems, reopenMs, busy: late.busy }
  } catch (error) {
    return { problems: [`cannot be read: ${String(error)}`], reopenMs, busy: 0 }
  } finally {
    db.close()
  }
}

async function openWithStoredKey(folder: string, file: string): Promise<{ db: Database; key: Buffer }> {
  let opened: { db: Database; key: Buffer } | undefined
  await createKeyStore(path.join(folder, 'keys.json'), noKeyring).openWithStoredKey(file, async (key) => {
    opened = { db: openHistoryFile({ file, key }), key }
  })
  if (!opened) throw new Error('no key opened the history')
  return opened
}

/** A key that was given up opens nothing any more. */
function findOtherKey(key: Buffer, acknowledged: readonly Acknowledgement[]): string[] {
  const last = acknowledged.findLast(({ type }) => type === 'changing-key' || type === 'key-changed')
  return last?.type === 'key-changed' && last.key !== key.toString('base64') ? ['the former key opens the history'] : []
}

function findUnsound(db: Database): string[] {
  const integrity = db.pragma('integrity_check', { simple: true })
  const broken = (db.pragma('foreign_key_check') as unknown[]).length
  return [
    ...(integrity === 'ok' ? [] : [`integrity: ${String(integrity)}`]),
    ...(broken === 0 ? [] : [`${broken} broken references`]),
  ]
}

/** Replies that were cut off are ended at time 0 by the scenario as well as here. */
function findOtherExport(db: Database, expected: string): string[] {
  const comparable = (text: string) => text.replaceAll(/^\s+"completedAt": 0,\n/gm, '')
  return comparable(exportText(db)) === comparable(expected) ? [] : ['an export has other content']
}

function readAll(db: Database): Found {
  const conversations = db
    .prepare<[], StoredConversation>(`
      SELECT id, trashed_seq IS NOT NULL AS trashed,
        (SELECT count(*) FROM messages WHERE conversation_seq = c.seq) AS messages
      FROM conversations AS c`)
    .all()
  const messages = db
    .prepare<[], { id: string; conversationId: string; text: string }>(`
      SELECT m.id, c.id AS conversationId, m.text FROM messages AS m JOIN conversations AS c ON c.seq = m.conversation_seq`)
    .all()
  return {
    conversations: new Map(conversations.map((one) => [one.id, one])),
    messages: new Map(messages.map(({ id, ...rest }) => [id, rest])),
    texts: new Set(messages.map(({ text }) => text)),
  }
}

function findMissing(found: Found, one: Acknowledgement): string | undefined {
  if (one.type === 'message' && !found.texts.has(one.text)) return `lost the message “${one.text}”`
  if (one.type === 'streamed' || one.type === 'finished') {
    const text = found.messages.get(one.replyId)?.text
    if (!text?.startsWith(wordsText(one.words))) return `lost words of a reply that was ${one.type}`
    if (one.type === 'finished' && text !== wordsText(one.words)) return 'a finished reply has other words'
  }
  return undefined
}

/** A step that was begun and not acknowledged may have happened or not. */
function findWrongPlaces({ conversations }: Found, acknowledged: readonly Acknowledgement[]): string[] {
  const last = new Map<string, string>()
  for (const one of acknowledged) {
    if (one.type === 'trashed' || one.type === 'restoring' || one.type === 'restored')
      last.set(one.conversationId, one.type)
  }
  return [...last].flatMap(([id, type]) => {
    const conversation = conversations.get(id)
    if (!conversation) return [`a ${type} conversation is gone`]
    const wanted = type === 'restoring' ? conversation.trashed : type === 'trashed' ? 1 : 0
    return conversation.trashed === wanted ? [] : [`a ${type} conversation is in the wrong place`]
  })
}

function findHalfImports({ conversations }: Found, acknowledged: readonly Acknowledgement[]): string[] {
  const complete = new Set(acknowledged.flatMap((one) => (one.type === 'imported' ? [one.run] : [])))
  return acknowledged.flatMap((one) => {
    if (one.type !== 'importing') return []
    const counts = importedConversationIds(one.run).map((id) => conversations.get(id)?.messages ?? 0)
    const half = counts.filter((count) => count !== 0 && count !== IMPORTED_MESSAGES).length
    const missing = complete.has(one.run) ? counts.filter((count) => count === 0).length : 0
    return [
      ...(half > 0 ? [`${half} conversations are imported by half`] : []),
      ...(missing > 0 ? [`${missing} imported conversations are gone`] : []),
    ]
  })
}

/** Nothing but the words that came, in their order. */
function findForeignWords({ messages }: Found, acknowledged: readonly Acknowledgement[]): string[] {
  const replies = new Set(acknowledged.flatMap((one) => (one.type === 'arrived' ? [one.replyId] : [])))
  return [...replies].flatMap((replyId) => {
    const text = messages.get(replyId)?.text ?? ''
    return text === wordsText(text.split(' ').length - 1) ? [] : ['a reply has words that never came']
  })
}

/**
 * Words that came more than 250 ms before the crash and are not there. Those that the history had been given in time but
 * the disk had not yet taken are counted apart: how long a disk takes is not the app's to promise.
 */
function findLate({ messages }: Found, acknowledged: readonly Acknowledgement[], crashedAtMs: number) {
  const due = new Map<string, number>()
  const handed = new Map<string, number>()
  // Of the run that ended with the crash; what an earlier one lost was its own.
  const lastRun = acknowledged.slice(acknowledged.findLastIndex(({ type }) => type === 'started'))
  for (const one of lastRun) {
    if (one.type === 'arrived' && one.atMs < crashedAtMs - LOSS_MS) due.set(one.replyId, one.words)
    else if (one.type === 'handed') handed.set(one.replyId, one.words)
  }
  const late = [...due].filter(([id, words]) => !messages.get(id)?.text.startsWith(wordsText(words)))
  const lost = late.filter(([id, words]) => (handed.get(id) ?? 0) < words)
  return {
    busy: late.length - lost.length,
    lost: lost.map(([, words]) => `lost word ${words} of a reply, more than ${LOSS_MS} ms old`),
  }
}
