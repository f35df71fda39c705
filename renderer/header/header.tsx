import { Download, Ellipsis, PanelLeftOpen, Pencil, SlidersHorizontal, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { trashConversation } from '../conversations/conversation-actions.ts'
import { t } from '../i18n/i18n.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { shortcutLabel } from '../shell/shortcut-label.ts'
import { useSelection } from '../sidebar/selection.ts'
import { toggleSidebar, useSidebarShown } from '../sidebar/sidebar-visibility.ts'
import { useOpenConversation } from '../transcript/open-conversation.ts'
import { IconButton } from '../ui/button.tsx'
import { Menu, MenuItem, MenuSeparator } from '../ui/menu.tsx'
import { ContextMeter } from './context-meter.tsx'
import { ConversationTitle } from './conversation-title.tsx'
import { useEndpointWatch } from './endpoint-store.ts'
import styles from './header.module.css'
import { ModelPicker } from './model-picker.tsx'

/** The bar above the conversation in front: its title, who answers, and how full the window is. It moves the window. */
export function Header(): ReactNode {
  useEndpointWatch()
  const isSidebarShown = useSidebarShown()
  const conversationId = useSelection((state) => state.conversationId)
  return (
    <header className={styles.header}>
      {!isSidebarShown && (
        <IconButton label={t('sidebar.show')} shortcut={shortcutLabel('Mod+B')} onClick={toggleSidebar}>
          <PanelLeftOpen />
        </IconButton>
      )}
      {conversationId !== null && <Parts key={conversationId} conversationId={conversationId} />}
    </header>
  )
}

function Parts({ conversationId }: { conversationId: string }): ReactNode {
  const conversation = useOpenConversation()
  const [isRenaming, setRenaming] = useState(false)
  return (
    <>
      <ConversationTitle conversation={conversation} isRenaming={isRenaming} onRenaming={setRenaming} />
      <ModelPicker conversationId={conversationId} />
      <ContextMeter conversationId={conversationId} />
      <Menu
        trigger={
          <IconButton label={t('header.more')}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem icon={<Pencil aria-hidden />} shortcut="F2" onSelect={() => setRenaming(true)}>
          {t('header.rename')}
        </MenuItem>
        <MenuItem
          icon={<SlidersHorizontal aria-hidden />}
          shortcut={shortcutLabel('Mod+Shift+M')}
          onSelect={() => useDialogs.getState().show({ type: 'reply-settings', conversationId })}
        >
          {t('replySettings.open')}
        </MenuItem>
        <MenuItem
          icon={<Download aria-hidden />}
          shortcut={shortcutLabel('Mod+Shift+E')}
          onSelect={() => useDialogs.getState().show({ type: 'export', conversationId })}
        >
          {t('header.export')}
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<Trash2 aria-hidden />} onSelect={() => conversation && void trashConversation(conversation)}>
          {t('header.trash')}
        </MenuItem>
      </Menu>
    </>
  )
}
