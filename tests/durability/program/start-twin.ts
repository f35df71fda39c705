/**
 * One of several processes that start on one data folder at the same moment, opens the history as the app does and
 * writes to it. Arguments: the data folder, the file for what it says, its number, how many
 * messages. Says `ready` on its output and starts at the moment (monotonic, in ms) that it is then given on its input.
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import { beginReply } from '../../../electron/history/begin-reply.ts'
import { createConversation } from '../../../electron/history/conversations.ts'
import type { Database } from '../../../electron/history/database.ts'
import { openHistoryFile } from '../../../electron/history/open-history-file.ts'
import { finishReply } from '../../../electron/history/replies.ts'
import { fromSqliteError } from '../../../electron/history/sqlite-errors.ts'
import { transact } from '../../../electron/history/statement.ts'
import { createKeyStore } from '../../../electron/keys/key-store.ts'
import { noKeyring } from '../../../electron/keys/testing/fake-keyring.ts'
import { AppError } from '../../../shared/errors.ts'
import { AT, ended, monotonicMs, plain } from './chat.ts'
import type { TwinAnswer } from './twin-answer.ts'

const [folder = '', answers = '', number = '', messages = ''] = process.argv.slice(2)

/** One line, appended at once: several processes write to this file. */
function say(answer: TwinAnswer): void {
  appendFileSync(answers, `${JSON.stringify(answer)}\n`)
}

/** In one transaction: an empty conversation would be given to another process too. */
function exchange(db: Database, text: string): void {
  transact(db, () => {
    const { id } = createConversation(db, { systemPrompt: '', endpointId: null, model: null, now: AT })
    const { replyId } = beginReply(db, { ...plain, conversationId: id, action: { type: 'send', text } })
    finishReply(db, { ...ended, messageId: replyId })
  })
}

async function open(): Promise<{ db: Database; key: Buffer }> {
  const file = path.join(folder, 'history.db')
  let opened: { db: Database; key: Buffer } | undefined
  await createKeyStore(path.join(folder, 'keys.json'), noKeyring).openWithStoredKey(file, async (key) => {
    opened = { db: openHistoryFile({ file, key }), key }
  })
  if (!opened) throw new Error('no key opened the history')
  return opened
}

process.stdout.write('ready\n')
const [line] = (await once(process.stdin, 'data')) as [Buffer]
process.stdin.destroy()
// Spinning, because a timer would spread them.
while (monotonicMs() < Number(line));
try {
  const { db, key } = await open()
  say({ type: 'opened', key: createHash('sha256').update(key).digest('hex') })
  for (let message = 0; message < Number(messages); message += 1) {
    const text = `message ${message} of ${number}`
    exchange(db, text)
    say({ type: 'wrote', text })
  }
  db.close()
} catch (error) {
  const known = fromSqliteError(error)
  say({ type: 'failed', code: known instanceof AppError ? known.code : String(error) })
}
