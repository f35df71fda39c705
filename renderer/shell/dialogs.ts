import { create } from 'zustand'

export type SettingsSection =
  | 'endpoints'
  | 'network'
  | 'conversations'
  | 'appearance'
  | 'keyboard'
  | 'privacy'
  | 'transfer'
  | 'about'

export type OpenDialog =
  | { type: 'settings'; section: SettingsSection }
  /** Null: every conversation. */
  | { type: 'export'; conversationId: string | null }
  | { type: 'import' }
  | { type: 'reply-settings'; conversationId: string }
  | { type: 'shortcuts' }

interface Dialogs {
  open: OpenDialog | null
  show: (dialog: OpenDialog) => void
  close: () => void
}

/** The one dialog that may be open; any feature opens one with `useDialogs.getState().show(…)`. */
export const useDialogs = create<Dialogs>((set) => ({
  open: null,
  show: (open) => set({ open }),
  close: () => set({ open: null }),
}))
