import { PanelLeftClose, Settings, SquarePen, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { newConversation } from '../conversations/conversation-actions.ts'
import { useConversationList } from '../conversations/conversation-list.ts'
import { t } from '../i18n/i18n.ts'
import { RecoveryReminder } from '../keys/recovery-reminder.tsx'
import { useDialogs } from '../shell/dialogs.ts'
import { shortcutLabel } from '../shell/shortcut-label.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Tooltip } from '../ui/tooltip.tsx'
import { SidebarList } from './list/sidebar-list.tsx'
import { useSelection } from './selection.ts'
import styles from './sidebar.module.css'
import { toggleSidebar, useSidebar } from './sidebar-visibility.ts'

/** The conversations pane; how wide it is and whether it floats is decided around it. */
export function Sidebar({ children }: { children?: ReactNode }) {
  return (
    <nav className={styles.sidebar} aria-label={t('sidebar.label')}>
      <div className={styles.profile}>
        <span className={styles.avatar} aria-hidden>
          {t('sidebar.profile').slice(0, 1)}
        </span>
        <span className={styles.profileName}>{t('sidebar.profile')}</span>
        <IconButton label={t('sidebar.hide')} shortcut={shortcutLabel('Mod+B')} onClick={toggleSidebar}>
          <PanelLeftClose />
        </IconButton>
      </div>
      <Button className={styles.create} onClick={() => void newConversation()}>
        <SquarePen />
        {t('sidebar.create')}
        <kbd className={styles.shortcut}>{shortcutLabel('Mod+N')}</kbd>
      </Button>
      <ListOrState />
      <RecoveryReminder />
      <Footer />
      {children}
    </nav>
  )
}

function ListOrState() {
  const status = useConversationList((state) => state.status)
  const empty = useConversationList((state) => state.rows.length === 0)
  const error = useConversationList((state) => state.error)
  const reload = useConversationList((state) => state.reload)
  if (!empty) return <SidebarList />
  if (status === 'loading') return <Skeleton />
  if (status === 'ready') return <p className={styles.empty}>{t('sidebar.empty')}</p>
  return (
    <div className={styles.failed} role="alert">
      <p>{error?.message}</p>
      <Button onClick={reload}>{t('common.retry')}</Button>
    </div>
  )
}

/** Still bars where rows will be; they appear only when reading takes long enough to notice. */
function Skeleton() {
  return (
    <output className={styles.skeleton} aria-label={t('sidebar.loading')}>
      {['72%', '54%', '83%', '61%', '45%', '70%'].map((width) => (
        <div key={width} className={styles.bar} style={{ width }} />
      ))}
    </output>
  )
}

function Footer() {
  const inTrash = useSelection((state) => state.place === 'trash')
  const showTrash = () => {
    useSelection.getState().showTrash()
    useSidebar.setState({ drawerOpen: false })
  }
  const showSettings = () => {
    useDialogs.getState().show({ type: 'settings', section: 'endpoints' })
    useSidebar.setState({ drawerOpen: false })
  }
  return (
    <div className={styles.footer}>
      <Button
        look="quiet"
        className={styles.footerButton}
        aria-current={inTrash ? 'page' : undefined}
        onClick={showTrash}
      >
        <Trash2 />
        {t('sidebar.trash')}
      </Button>
      <Tooltip label={t('sidebar.settings')} shortcut={shortcutLabel('Mod+,')} side="top">
        <Button look="quiet" className={styles.footerButton} onClick={showSettings}>
          <Settings />
          {t('sidebar.settings')}
        </Button>
      </Tooltip>
    </div>
  )
}
