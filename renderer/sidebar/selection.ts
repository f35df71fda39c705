import { create } from 'zustand'

interface Selection {
  conversationId: string | null
  select: (conversationId: string | null) => void
}

/** Which conversation is in front. Kept in memory only: a start always opens on a calm page. */
export const useSelection = create<Selection>((set) => ({
  conversationId: null,
  select: (conversationId) => set({ conversationId }),
}))
