import { Download, PencilLine, Pin, PinOff, Trash2 } from 'lucide-react'
import { pinConversation, trashConversation } from '../../conversations/conversation-actions.ts'
import { t } from '../../i18n/i18n.ts'
import { useDialogs } from '../../shell/dialogs.ts'
import { AnchoredMenu, MenuItem, MenuSeparator } from '../../ui/menu.tsx'
import { rowElement, startRenaming, useListState } from './list-state.ts'

/** The one menu that all rows share, from their button, a right click or the menu key. */
export function RowMenu() {
  const menu = useListState((state) => state.menu)
  if (!menu) return null
  const { row, anchor } = menu
  const pinned = row.pinnedAt !== null
  const finalFocus = () =>
    useListState.getState().renamingId || useDialogs.getState().open ? false : rowElement(row.id)
  return (
    <AnchoredMenu open anchor={anchor} onClose={() => useListState.setState({ menu: null })} finalFocus={finalFocus}>
      <MenuItem icon={<PencilLine />} shortcut="F2" onSelect={() => startRenaming(row.id)}>
        {t('sidebar.rename')}
      </MenuItem>
      <MenuItem icon={pinned ? <PinOff /> : <Pin />} onSelect={() => void pinConversation(row.id, !pinned)}>
        {pinned ? t('sidebar.unpin') : t('sidebar.pin')}
      </MenuItem>
      <MenuItem
        icon={<Download />}
        onSelect={() => useDialogs.getState().show({ type: 'export', conversationId: row.id })}
      >
        {t('sidebar.export')}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Trash2 />} shortcut={t('sidebar.deleteKey')} danger onSelect={() => void trashConversation(row)}>
        {t('sidebar.trashConversation')}
      </MenuItem>
    </AnchoredMenu>
  )
}
