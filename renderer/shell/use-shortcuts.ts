import { useEffect } from 'react'
import { newConversation, openNeighbour } from '../conversations/conversation-actions.ts'
import { useSelection } from '../sidebar/selection.ts'
import { toggleSidebar } from '../sidebar/sidebar-visibility.ts'
import { useDialogs } from './dialogs.ts'
import { hasMod } from './shortcut-label.ts'

/** Keys that work anywhere in the window. The list that people see is in `shortcuts-dialog.tsx`. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || useDialogs.getState().open) return
      if (!runShortcut(event)) return
      // The menu of the window has the same keys; it acts only on what the page leaves alone.
      event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}

function runShortcut(event: KeyboardEvent): boolean {
  if (event.ctrlKey && event.key === 'Tab') return go(event.shiftKey ? -1 : 1)
  if (event.altKey && !event.ctrlKey && !event.shiftKey && event.key === 'ArrowUp') return go(-1)
  if (event.altKey && !event.ctrlKey && !event.shiftKey && event.key === 'ArrowDown') return go(1)
  if (!hasMod(event) || event.altKey) return false
  const { show } = useDialogs.getState()
  switch (event.key.toLowerCase()) {
    case 'n':
      void newConversation()
      return true
    case 'b':
      toggleSidebar()
      return true
    case ',':
      show({ type: 'settings', section: 'endpoints' })
      return true
    case '/':
      show({ type: 'shortcuts' })
      return true
    case 'm': {
      const { conversationId } = useSelection.getState()
      if (!event.shiftKey || conversationId === null) return false
      show({ type: 'reply-settings', conversationId })
      return true
    }
    case 'e':
      if (!event.shiftKey) return false
      show({ type: 'export', conversationId: useSelection.getState().conversationId })
      return true
    default:
      return false
  }
}

function go(step: number): true {
  openNeighbour(step)
  return true
}
