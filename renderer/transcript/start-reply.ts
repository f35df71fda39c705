import type { CallInput } from '../../shared/contract-types.ts'
import { call } from '../bridge.ts'
import { showError } from '../notices/show-error.ts'
import { reloadTranscript, setPendingText } from './transcript-store.ts'

/**
 * Sends what was written; it is on disk when this resolves.
 * @throws AppError when it could not be stored or no endpoint is set up; then nothing was sent
 */
export async function sendMessage(conversationId: string, text: string): Promise<void> {
  setPendingText(conversationId, text)
  try {
    await call('replies.start', { conversationId, action: { type: 'send', text } })
  } catch (error) {
    setPendingText(conversationId, null)
    throw error
  }
  void reloadTranscript(conversationId).finally(() => setPendingText(conversationId, null))
}

/** Regenerates or continues a reply; a failure is told in a notice. */
export async function restartReply(
  conversationId: string,
  action: Extract<CallInput<'replies.start'>['action'], { type: 'regenerate' | 'continue' }>,
): Promise<void> {
  try {
    await call('replies.start', { conversationId, action })
    await reloadTranscript(conversationId)
  } catch (error) {
    showError(error)
  }
}

/** Ends the reply; what was written stays. */
export function stopReply(replyId: string): void {
  call('replies.stop', { replyId }).catch(showError)
}
