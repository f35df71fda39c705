import { Dialog } from '@base-ui/react/dialog'
import { useRef, useState } from 'react'
import { t } from '../i18n/i18n.ts'
import { usePreferences } from '../shell/preferences.ts'
import { Sidebar } from './sidebar.tsx'
import styles from './sidebar-frame.module.css'
import { SidebarResizer } from './sidebar-resizer.tsx'
import { useSidebar, useSidebarShown } from './sidebar-visibility.ts'

/** Beside the page in a wide window, over it as a drawer in a narrow one. */
export function SidebarFrame() {
  const { narrow, drawerOpen } = useSidebar()
  const shown = useSidebarShown()
  if (narrow) return <Drawer open={drawerOpen} />
  return shown ? <Pane /> : null
}

function Pane() {
  const savedWidth = usePreferences((state) => state.preferences?.sidebarWidth ?? 272)
  const [draggedWidth, setDraggedWidth] = useState<number | null>(null)
  const width = draggedWidth ?? savedWidth
  return (
    <div className={styles.pane} style={{ width }}>
      <Sidebar>
        <SidebarResizer width={width} onDrag={setDraggedWidth} />
      </Sidebar>
    </div>
  )
}

function Drawer({ open }: { open: boolean }) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Dialog.Root open={open} onOpenChange={(drawerOpen) => useSidebar.setState({ drawerOpen })}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.scrim} />
        <Dialog.Popup ref={popup} className={styles.drawer} initialFocus={popup}>
          <Dialog.Title className="visually-hidden">{t('sidebar.label')}</Dialog.Title>
          <Sidebar />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
