import { PanelLeftOpen } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../../i18n/i18n.ts'
import { toggleSidebar, useSidebarShown } from '../../sidebar/sidebar-visibility.ts'
import { IconButton } from '../../ui/button.tsx'
import { shortcutLabel } from '../shortcut-label.ts'
import styles from './plain-header.module.css'

/** The top bar of pages that are no conversation; it moves the window and brings the sidebar back. */
export function PlainHeader({ title, children }: { title?: string; children?: ReactNode }) {
  const sidebarShown = useSidebarShown()
  return (
    <header className={styles.header} data-bare={title === undefined || undefined}>
      {sidebarShown ? null : (
        <IconButton label={t('sidebar.show')} shortcut={shortcutLabel('Mod+B')} onClick={toggleSidebar}>
          <PanelLeftOpen />
        </IconButton>
      )}
      {title === undefined ? null : <h1 className={styles.title}>{title}</h1>}
      {children}
    </header>
  )
}
