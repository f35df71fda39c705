/** What a history holds after a day on a failing disk: all that was told to be kept, and nothing of what was erased. */
import { copyFileSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { openHistoryFile } from '../../../electron/history/open-history-file.ts'
import { begin, exchange, newConversation } from '../../../electron/history/testing/temporary-history.ts'
import { type Day, IMPORTED, KEY } from './steps.ts'

const OLD = ['old 0', 'answer 0', 'old 1', 'answer 1', 'old 2', 'answer 2']

/** A history as a killed app leaves it: its newest commits are in the log, and a reply is still being written. */
export function fillTemplate(folder: string): void {
  const made = `${folder}-made`
  mkdirSync(made, { recursive: true })
  mkdirSync(folder, { recursive: true })
  const file = path.join(made, 'history.db')
  const db = openHistoryFile({ file, key: KEY })
  const conversationId = newConversation(db)
  for (let turn = 0; turn < 3; turn += 1) exchange(db, conversationId, `old ${turn}`, `answer ${turn}`)
  db.pragma('wal_checkpoint(TRUNCATE)')
  begin(db, newConversation(db), { type: 'send', text: 'cut off' })
  for (const end of ['', '-wal']) copyFileSync(file + end, path.join(folder, `history.db${end}`))
  db.close()
}

/** What is wrong, in words; empty when nothing is. */
export function compareWithDay(
  { open }: Day,
  { existing, onlyOpening }: { existing: boolean; onlyOpening: boolean },
): string[] {
  if (!open || open.readOnly) return ['the history is not open']
  const { db } = open
  const problems: string[] = []
  const integrity = db.pragma('integrity_check', { simple: true })
  if (integrity !== 'ok') problems.push(`integrity: ${String(integrity)}`)
  if ((db.pragma('foreign_key_check') as unknown[]).length > 0) problems.push('broken references')
  const rows = db
    .prepare<[], { text: string; status: string; prompt: string }>(
      `SELECT m.text, m.status, c.system_prompt AS prompt FROM messages AS m
       JOIN conversations AS c ON c.seq = m.conversation_seq WHERE c.hidden IS NULL ORDER BY m.seq`,
    )
    .all()
  const imported = rows.filter(({ text }) => text.startsWith('imported '))
  if (!onlyOpening && imported.length !== IMPORTED.conversations * IMPORTED.messages)
    problems.push(`imported: ${imported.length}`)
  const own = rows.filter(({ text }) => !text.startsWith('imported ')).map(({ text }) => text)
  const expected = [...(existing ? [...OLD, 'cut off', ''] : []), ...(onlyOpening ? [] : ['asked', 'good day'])]
  if (JSON.stringify(own) !== JSON.stringify(expected)) problems.push(`messages: ${JSON.stringify(own)}`)
  const doomed = db.prepare("SELECT count(*) FROM conversations WHERE system_prompt = 'doomed'").pluck().get()
  if (doomed !== 0) problems.push(`not erased: ${String(doomed)}`)
  return problems
}
