import { create } from 'zustand'
import type { SendPreview } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'

interface PreviewStore {
  conversationId: string | null
  preview: SendPreview | null
}

const usePreviewStore = create<PreviewStore>(() => ({ conversationId: null, preview: null }))

let newest = 0

/** What would be sent now; null until it is known for this conversation. */
export function usePreview(conversationId: string): SendPreview | null {
  return usePreviewStore((state) => (state.conversationId === conversationId ? state.preview : null))
}

/**
 * Asks main what would be sent if `text` were sent now. A failed answer keeps the former one: the numbers are a help,
 * and sending itself says what is wrong.
 */
export async function refreshPreview(conversationId: string, text: string): Promise<void> {
  newest += 1
  const turn = newest
  try {
    const preview = await call('memory.preview', { conversationId, text })
    if (turn === newest) usePreviewStore.setState({ conversationId, preview })
  } catch {
    if (turn === newest && usePreviewStore.getState().conversationId !== conversationId)
      usePreviewStore.setState({ conversationId, preview: null })
  }
}
