import { randomBytes } from 'node:crypto'
import { changeKey } from '../../../electron/history/change-key/change-key.ts'
import type { History } from '../../../electron/history/history.ts'
import { newConversation, sendAndStop } from './chat.ts'
import type { Stage } from './scenarios.ts'

/** A few messages, then another key, again and again. */
export async function changeKeys({ history, file, keys, open, say, rounds }: Stage): Promise<History> {
  let current = history
  for (let round = 0; round < rounds; round += 1) {
    const conversationId = await newConversation(current)
    for (let turn = 0; turn < 3; turn += 1) await sendAndStop(current, say, conversationId, `kept ${round} ${turn}`)
    await current.close()
    const newKey = randomBytes(32)
    say({ type: 'changing-key' })
    const change = await changeKey({
      file,
      key: keys.currentHistoryKey() ?? Buffer.alloc(0),
      newKey,
      keepNext: () => keys.keepNextHistoryKey(newKey),
      promote: () => keys.promoteNextHistoryKey(),
      drop: () => keys.dropNextHistoryKey(),
    })
    if (!change.isPromoted) throw new Error('the new key was not promoted')
    say({ type: 'key-changed', key: newKey.toString('base64') })
    current = await open()
  }
  return current
}
