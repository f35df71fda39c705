import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'
import { Tooltip } from './tooltip.tsx'

type Look = 'plain' | 'primary' | 'quiet' | 'danger'

export interface ButtonProps extends ComponentProps<'button'> {
  look?: Look
}

/** A button with words; `primary` once per page at most, `quiet` without a border, `danger` for what removes. */
export function Button({ look = 'plain', className, type = 'button', ...rest }: ButtonProps) {
  return <button {...rest} type={type} className={join(styles.button, styles[look], className)} />
}

export interface IconButtonProps extends ComponentProps<'button'> {
  /** Accessible name and tooltip. */
  label: string
  /** Shown in the tooltip, e.g. `Ctrl B`. */
  shortcut?: string | undefined
  children: ReactNode
}

/** A button with an icon of 16 px; its name is in the tooltip, with the shortcut where there is one. */
export function IconButton({ label, shortcut, className, type = 'button', children, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={label} shortcut={shortcut}>
      <button {...rest} type={type} aria-label={label} className={join(styles.icon, className)}>
        {children}
      </button>
    </Tooltip>
  )
}

function join(...names: (string | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
