import { create } from 'zustand'
import type { ConversationRow } from '../../../shared/record-types.ts'

/** Height of a row, `--row-height`. */
export const ROW_PX = 32

interface OpenMenu {
  row: ConversationRow
  anchor: Element | { getBoundingClientRect: () => DOMRect }
}

interface ListState {
  /** The row that Tab reaches; arrow keys move it. */
  activeId: string | null
  /** The row that takes the focus as soon as it is in the page. */
  focusId: string | null
  renamingId: string | null
  menu: OpenMenu | null
}

export const useListState = create<ListState>(() => ({ activeId: null, focusId: null, renamingId: null, menu: null }))

/** Starts the inline rename of a row. */
export function startRenaming(conversationId: string): void {
  useListState.setState({ renamingId: conversationId, activeId: conversationId })
}

/** The button of a row that is mounted. */
export function rowElement(conversationId: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(conversationId)}"]`)
}
