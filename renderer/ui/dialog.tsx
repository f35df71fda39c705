import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { t } from '../i18n/i18n.ts'
import { IconButton } from './button.tsx'
import styles from './dialog.module.css'

export interface DialogProps {
  open: boolean
  onClose: () => void
  title: string
  description?: ReactNode
  /** `small` 26rem for a question, `medium` 36rem for a form, `large` 52rem for a page. */
  size?: 'small' | 'medium' | 'large'
  children?: ReactNode
  /** Buttons, the one that goes on last. */
  actions?: ReactNode
  /** False while closing would lose something that runs. */
  closable?: boolean
  /** True when the content has its own paddings and scrolling. */
  flush?: boolean
}

/** A modal dialog: Escape and the cross close it, focus stays inside and returns afterwards. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  size = 'small',
  children,
  actions,
  closable = true,
  flush = false,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && closable && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={`${styles.popup} ${styles[size]}`}>
            <header className={styles.header}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              {closable ? (
                <Base.Close
                  render={
                    <IconButton label={t('common.close')}>
                      <X />
                    </IconButton>
                  }
                />
              ) : null}
            </header>
            {description ? <Base.Description className={styles.description}>{description}</Base.Description> : null}
            {children ? <div className={flush ? styles.flush : styles.body}>{children}</div> : null}
            {actions ? <footer className={styles.actions}>{actions}</footer> : null}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}
