import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import styles from './menu.module.css'

export interface MenuProps {
  /** The control that opens it, e.g. an `IconButton`. */
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end'
  side?: 'top' | 'bottom'
  onOpenChange?: (open: boolean) => void
}

/** A menu below a button. Its children are `MenuItem` and `MenuSeparator`. */
export function Menu({ trigger, children, align = 'end', side = 'bottom', onOpenChange }: MenuProps) {
  return (
    <Base.Root onOpenChange={(open) => onOpenChange?.(open)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={4} className={styles.positioner}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export interface MenuItemProps {
  icon?: ReactNode
  shortcut?: string | undefined
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
  children: ReactNode
}

export function MenuItem({ icon, shortcut, danger = false, disabled = false, onSelect, children }: MenuItemProps) {
  return (
    <Base.Item className={`${styles.item} ${danger ? styles.danger : ''}`} disabled={disabled} onClick={onSelect}>
      {icon ? <span className={styles.icon}>{icon}</span> : null}
      <span className={styles.label}>{children}</span>
      {shortcut ? <kbd className={styles.shortcut}>{shortcut}</kbd> : null}
    </Base.Item>
  )
}

export function MenuSeparator() {
  return <Base.Separator className={styles.separator} />
}

export interface AnchoredMenuProps {
  open: boolean
  onClose: () => void
  /** An element, or the place of the pointer. */
  anchor: Element | { getBoundingClientRect: () => DOMRect } | null
  /** Where the focus goes afterwards; false leaves it where the chosen item put it. */
  finalFocus: () => HTMLElement | false | null
  children: ReactNode
}

/** A menu without a trigger of its own, for long lists where each row shares one. */
export function AnchoredMenu({ open, onClose, anchor, finalFocus, children }: AnchoredMenuProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Positioner anchor={anchor} side="bottom" align="start" sideOffset={2} className={styles.positioner}>
          <Base.Popup className={styles.popup} finalFocus={finalFocus}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
