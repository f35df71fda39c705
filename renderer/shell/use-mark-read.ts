import { useEffect } from 'react'
import { call } from '../bridge.ts'
import { useConversationList } from '../conversations/conversation-list.ts'
import { showError } from '../notices/show-error.ts'

/** Takes the unread mark off the conversation in front as soon as the window is in sight. */
export function useMarkRead(conversationId: string | null): void {
  const unread = useConversationList((list) => list.rows.some((row) => row.id === conversationId && row.unread))
  useEffect(() => {
    if (!conversationId || !unread) return
    const mark = () => {
      if (document.visibilityState === 'visible') call('conversations.markRead', { conversationId }).catch(showError)
    }
    mark()
    document.addEventListener('visibilitychange', mark)
    return () => document.removeEventListener('visibilitychange', mark)
  }, [conversationId, unread])
}
