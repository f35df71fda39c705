import { useEffect, useSyncExternalStore } from 'react'
import { call } from '../bridge.ts'
import { showError } from '../notices/show-error.ts'
import { createDraftKeeper, type Draft } from './draft-keeper.ts'

/** What is being written in each conversation. */
export const drafts = createDraftKeeper({
  get: async (conversationId) => (await call('drafts.get', { conversationId })).text,
  save: async (conversationId, text) => void (await call('drafts.save', { conversationId, text: text.toWellFormed() })),
  onFailure: showError,
})

/** The draft of a conversation; saved at the latest when it is left, or the window loses the focus or goes away. */
export function useDraft(conversationId: string): Draft {
  useEffect(() => {
    void drafts.load(conversationId)
    const flush = () => void drafts.flush(conversationId)
    window.addEventListener('blur', flush)
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('blur', flush)
      window.removeEventListener('pagehide', flush)
      flush()
    }
  }, [conversationId])
  return useSyncExternalStore(drafts.subscribe, () => drafts.read(conversationId))
}
