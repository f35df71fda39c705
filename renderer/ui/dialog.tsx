import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
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
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && closable && onClose()}>
      <Base.Portal>
        {/* Drawn for a question over another dialog too. */}
        <Base.Backdrop forceRender className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup
            ref={popup}
            className={`${styles.popup} ${styles[size]}`}
            initialFocus={() => firstControl(popup.current) ?? popup.current}
          >
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

// The cross comes first on the page, but a person comes for what is below it.
function firstControl(popup: HTMLElement | null): HTMLElement | null {
  const controls = 'input:not([aria-hidden]), textarea, [role="tab"][tabindex="0"], [role="radio"][tabindex="0"]'
  return popup?.querySelector<HTMLElement>(controls) ?? popup?.querySelector<HTMLElement>('footer button') ?? null
}
