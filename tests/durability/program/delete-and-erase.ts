import type { History } from '../../../electron/history/history.ts'
import { AT, newConversation, sendAndStop } from './chat.ts'
import type { Stage } from './scenarios.ts'

const MESSAGES = 8

/** Conversations are written and put into the trash; some come back, some are erased for good. */
export async function deleteAndErase({ history, say, rounds, random }: Stage): Promise<History> {
  for (let round = 0; round < rounds; round += 1) {
    const conversationId = await newConversation(history)
    for (let turn = 0; turn < MESSAGES; turn += 1) {
      await sendAndStop(history, say, conversationId, `secret ${turn}`)
    }
    await history.trashConversation({ conversationId, now: AT })
    say({ type: 'trashed', conversationId })
    const next = random()
    if (next < 0.3) {
      say({ type: 'restoring', conversationId })
      await history.restoreConversation({ conversationId })
      say({ type: 'restored', conversationId })
    } else if (next < 0.7) {
      say({ type: 'erasing', conversationId })
      await history.eraseConversations({ conversationIds: [conversationId] })
      say({ type: 'erased', conversationId })
    }
  }
  return history
}
