import type { History } from '../../../electron/history/history.ts'
import { newConversation, plain } from './chat.ts'
import type { Stage } from './scenarios.ts'

const MESSAGES = 8

/** Conversations are written and put into the trash; some come back. */
export async function deleteAndErase({ history, say, rounds, random }: Stage): Promise<History> {
  for (let round = 0; round < rounds; round += 1) {
    const conversationId = await newConversation(history)
    for (let turn = 0; turn < MESSAGES; turn += 1) {
      const text = `secret ${turn} in ${conversationId}`
      const { replyId } = await history.beginReply({ ...plain, conversationId, action: { type: 'send', text } })
      say({ type: 'message', conversationId, text })
      await history.appendChunks({ chunks: [{ messageId: replyId, text: 'w0 w1 ', reasoning: '' }] })
      say({ type: 'streamed', replyId, words: 2 })
      await history.interruptStreaming({ now: plain.now })
    }
    await history.trashConversation({ conversationId, now: plain.now })
    say({ type: 'trashed', conversationId })
    if (random() < 0.3) {
      say({ type: 'restoring', conversationId })
      await history.restoreConversation({ conversationId })
      say({ type: 'restored', conversationId })
    }
  }
  return history
}
