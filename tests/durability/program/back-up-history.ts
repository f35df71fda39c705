import path from 'node:path'
import { backUp } from '../../../electron/history/backup/back-up.ts'
import { openDatabase } from '../../../electron/history/database.ts'
import type { History } from '../../../electron/history/history.ts'
import { newConversation, sendAndStop } from './chat.ts'
import type { Stage } from './scenarios.ts'

/** A backup after each few messages, made beside the worker that holds the history open. */
export async function backUpHistory({ history, file, folder, keys, say, rounds, random }: Stage): Promise<History> {
  const backups = path.join(folder, 'backups')
  const conversationId = await newConversation(history)
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < 3; turn += 1) await sendAndStop(history, say, conversationId, `kept ${round} ${turn}`)
    const key = keys.currentHistoryKey() ?? Buffer.alloc(0)
    const reader = openDatabase({ file, key, readonly: true })
    const name = `chosen-${Math.floor(random() * 1e9)}-${Date.now()}.db`
    const { report } = backUp(reader, { folder: backups, name, key, nativeBinding: undefined })
    reader.close()
    say({ type: 'backed-up', name, messages: report.counts.messages ?? 0 })
  }
  return history
}
