import { useEffect } from 'react'
import { onPush } from '../bridge.ts'
import { drafts } from './drafts.ts'
import { refreshPreview } from './preview-store.ts'

const DEBOUNCE_MS = 300

/** Keeps the preview of what would be sent fresh: while typing, and when anything that it depends on changes. */
export function usePreviewWatch(conversationId: string, text: string): void {
  useEffect(() => {
    const timer = setTimeout(() => void refreshPreview(conversationId, text.trim()), DEBOUNCE_MS)
    return () => clearTimeout(timer)
  }, [conversationId, text])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      clearTimeout(timer)
      timer = setTimeout(() => void refreshPreview(conversationId, drafts.read(conversationId).text.trim()), 50)
    }
    refresh()
    const ifOurs = (changed: { conversationId: string | null }) => {
      if (changed.conversationId === null || changed.conversationId === conversationId) refresh()
    }
    const stops = [
      onPush('messages.changed', ifOurs),
      onPush('conversations.changed', ifOurs),
      onPush('endpoints.changed', refresh),
      onPush('settings.changed', refresh),
    ]
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [conversationId])
}
