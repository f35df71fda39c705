import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'
import styles from './tooltip.module.css'

export interface TooltipProps {
  label: string
  shortcut?: string | undefined
  side?: 'top' | 'bottom' | 'left' | 'right'
  /** One element that takes a ref and spreads its props. */
  children: ReactElement
}

/** Words for a control on hover and keyboard focus; the control needs its own accessible name as well. */
export function Tooltip({ label, shortcut, side = 'bottom', children }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className={styles.positioner}>
          <Base.Popup className={styles.popup}>
            {label}
            {shortcut ? <kbd className={styles.shortcut}>{shortcut}</kbd> : null}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export const TooltipProvider = Base.Provider
