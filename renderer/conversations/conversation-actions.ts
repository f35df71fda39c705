import type { ConversationRow } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { useSelection } from '../sidebar/selection.ts'
import { useSidebar } from '../sidebar/sidebar-visibility.ts'
import { showToast } from '../ui/toast.tsx'
import { useConversationList } from './conversation-list.ts'
import { quotedTitle } from './display-title.ts'

/** Brings a conversation to the front, and the page from under the drawer of a narrow window. */
export function openConversation(conversationId: string): void {
  useSelection.getState().select(conversationId)
  useSidebar.setState({ drawerOpen: false })
}

/** Opens an empty conversation, the one that is there or a new one. */
export async function newConversation(): Promise<void> {
  try {
    const conversation = await call('conversations.create', {})
    openConversation(conversation.id)
  } catch (error) {
    showError(error)
  }
}

/** Moves a conversation to the trash at once; the notice undoes it. */
export async function trashConversation(row: Pick<ConversationRow, 'id' | 'title'>): Promise<void> {
  const { conversationId, place } = useSelection.getState()
  const wasInFront = conversationId === row.id
  const neighbour = wasInFront ? neighbourOf(row.id) : null
  try {
    await call('conversations.trash', { conversationId: row.id })
  } catch (error) {
    return showError(error)
  }
  if (wasInFront && useSelection.getState().conversationId === row.id) {
    // Not `select`: whoever looks at the trash stays there.
    useSelection.setState({ conversationId: neighbour })
  }
  showToast({
    text: t('conversations.trashed', { title: quotedTitle(row) }),
    action: {
      label: t('common.undo'),
      run: () =>
        void restoreConversation(row.id).then(
          (restored) => restored && wasInFront && place === 'conversation' && openConversation(row.id),
        ),
    },
  })
}

/** Takes a conversation out of the trash; false when that failed (said in a notice). */
export async function restoreConversation(conversationId: string): Promise<boolean> {
  try {
    await call('conversations.restore', { conversationId })
    return true
  } catch (error) {
    showError(error)
    return false
  }
}

export async function pinConversation(conversationId: string, pinned: boolean): Promise<void> {
  try {
    await call('conversations.update', { conversationId, pinned })
  } catch (error) {
    showError(error)
  }
}

export async function renameConversation(conversationId: string, title: string): Promise<void> {
  try {
    await call('conversations.rename', { conversationId, title })
  } catch (error) {
    showError(error)
  }
}

/** Opens the conversation `step` places further down the list (negative: up), from the one in front. */
export function openNeighbour(step: number): void {
  const { rows } = useConversationList.getState()
  const index = rows.findIndex((row) => row.id === useSelection.getState().conversationId)
  const next = index < 0 ? rows[0] : rows[(index + step + rows.length) % rows.length]
  if (next) openConversation(next.id)
}

function neighbourOf(conversationId: string): string | null {
  const { rows } = useConversationList.getState()
  const index = rows.findIndex((row) => row.id === conversationId)
  return (rows[index + 1] ?? rows[index - 1])?.id ?? null
}
