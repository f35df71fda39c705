import { create } from 'zustand'

interface Selection {
  conversationId: string | null
  /** What the page shows: the conversation in front, or the trash. */
  place: 'conversation' | 'trash'
  select: (conversationId: string | null) => void
  showTrash: () => void
}

/** Which conversation is in front. Kept in memory only: a start always opens on a calm page. */
export const useSelection = create<Selection>((set) => ({
  conversationId: null,
  place: 'conversation',
  select: (conversationId) => set({ conversationId, place: 'conversation' }),
  showTrash: () => set({ place: 'trash' }),
}))
