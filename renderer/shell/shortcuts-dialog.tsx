import { t } from '../i18n/i18n.ts'
import { Dialog } from '../ui/dialog.tsx'
import { shortcutLabel } from './shortcut-label.ts'
import styles from './shortcuts-dialog.module.css'

const shortcuts = [
  ['newConversation', 'Mod+N'],
  ['nextConversation', 'Ctrl+Tab'],
  ['previousConversation', 'Ctrl+Shift+Tab'],
  ['neighbour', 'Alt+↑ / ↓'],
  ['sidebar', 'Mod+B'],
  ['rename', 'F2'],
  ['trash', 'Delete'],
  ['export', 'Mod+Shift+E'],
  ['replySettings', 'Mod+Shift+M'],
  ['settings', 'Mod+,'],
  ['stop', 'Esc'],
  ['newLine', 'Shift+Enter'],
  ['help', 'Mod+/'],
] as const

/** Every shortcut on one page. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={t('shortcuts.title')}>
      <dl className={styles.list}>
        {shortcuts.map(([name, keys]) => (
          <div key={name} className={styles.line}>
            <dt>{t(`shortcuts.${name}`)}</dt>
            <dd>
              <kbd className={styles.keys}>{shortcutLabel(keys)}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
