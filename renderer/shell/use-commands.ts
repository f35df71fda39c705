import { useEffect } from 'react'
import type { PushPayload } from '../../shared/contract-types.ts'
import { onPush } from '../bridge.ts'
import { newConversation } from '../conversations/conversation-actions.ts'
import { useSelection } from '../sidebar/selection.ts'
import { toggleSidebar } from '../sidebar/sidebar-visibility.ts'
import { useDialogs } from './dialogs.ts'

type Command = PushPayload<'app.command'>['command']

/** Carries out what the menu of the window asks for. */
export function useCommands(): void {
  useEffect(() => onPush('app.command', ({ command }) => runCommand(command)), [])
}

function runCommand(command: Command): void {
  const { show } = useDialogs.getState()
  const { conversationId } = useSelection.getState()
  switch (command) {
    case 'new-conversation':
      void newConversation()
      break
    case 'settings':
      show({ type: 'settings', section: 'endpoints' })
      break
    case 'export':
      show({ type: 'export', conversationId })
      break
    case 'import':
      show({ type: 'import' })
      break
    case 'toggle-sidebar':
      toggleSidebar()
      break
    case 'rename':
      // The title in the header answers to this key; the menu only names it.
      window.dispatchEvent(new KeyboardEvent('keydown', { key: 'F2', cancelable: true }))
      break
    case 'search':
    case 'stop':
      // Search is not in this version; the composer stops its own reply.
      break
  }
}
