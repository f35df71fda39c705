/** Opens what a crash left as the app does, and compares it with what had been acknowledged. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { NO_RESERVE } from '../../electron/history/ballast.ts'
import type { Database } from '../../electron/history/database.ts'
import { workIdly } from '../../electron/history/idle-work.ts'
import { openHistoryFile } from '../../electron/history/open-history-file.ts'
import { interruptStreaming } from '../../electron/history/replies.ts'
import { withoutLaterFields } from '../../electron/history/testing/later-fields.ts'
import { createKeyStore } from '../../electron/keys/key-store.ts'
import { noKeyring } from '../../electron/keys/testing/fake-keyring.ts'
import { exportText } from '../../electron/transfer/testing/transfer-in-process.ts'
import { findBrokenBackups, findNoBackup } from './check-backups.ts'
import { compareWithAcknowledged, type Found, findLate, type StoredConversation } from './compare-acknowledged.ts'
import type { Acknowledgement } from './program/acknowledgement.ts'
import type { ScenarioName } from './program/scenarios.ts'
import { scenarioSettings } from './scenario-settings.ts'

export interface Checked {
  /** One line for each thing that is wrong; empty when all is well. */
  problems: string[]
  reopenMs: number
  /** Replies whose text was late because the disk was still busy with it when the crash came. */
  busy: number
}

export interface Crash {
  acknowledged: readonly Acknowledgement[]
  scenario: ScenarioName
}

/** The folder is changed as by any start of the app. */
export async function checkHistory(folder: string, { acknowledged, scenario }: Crash): Promise<Checked> {
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
    const late = findLate(found, acknowledged)
    const problems = [
      ...findUnsound(db),
      ...compareWithAcknowledged(found, acknowledged),
      ...late.lost,
      ...findOtherKey(key, acknowledged),
      ...findBrokenBackups(folder, key, acknowledged),
      ...findLeftovers(db),
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
  const comparable = (text: string) => withoutLaterFields(text).replaceAll(/^\s+"completedAt": 0,\n/gm, '')
  return comparable(exportText(db)) === comparable(expected) ? [] : ['an export has other content']
}

function readAll(db: Database): Found {
  const conversations = db
    .prepare<[], StoredConversation>(`
      SELECT id, trashed_seq IS NOT NULL AS trashed,
        (SELECT count(*) FROM messages WHERE conversation_seq = c.seq) AS messages
      FROM conversations AS c WHERE hidden IS NULL`)
    .all()
  const messages = db
    .prepare<[], { id: string; conversationId: string; text: string }>(`
      SELECT m.id, c.id AS conversationId, m.text FROM messages AS m JOIN conversations AS c ON c.seq = m.conversation_seq
      WHERE c.hidden IS NULL`)
    .all()
  return {
    conversations: new Map(conversations.map((one) => [one.id, one])),
    messages: new Map(messages.map(({ id, ...rest }) => [id, rest])),
    texts: new Set(messages.map(({ text }) => text)),
  }
}

/** What a crash left hidden, erased or imported by half, goes while nobody waits. */
function findLeftovers(db: Database): string[] {
  const hidden = db.prepare<[], number>('SELECT count(*) FROM conversations WHERE hidden IS NOT NULL').pluck()
  while ((hidden.get() ?? 0) > 0) {
    if (workIdly(db, NO_RESERVE) === null) return ['something hidden is left for ever']
  }
  return []
}
