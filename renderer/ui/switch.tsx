import { Switch as Base } from '@base-ui/react/switch'
import { type ReactNode, useId } from 'react'
import styles from './switch.module.css'

export interface SwitchProps {
  label: string
  hint?: ReactNode
  checked: boolean
  onChange: (checked: boolean) => void
  disabled?: boolean
}

/** A choice of on or off that takes effect at once. */
export function Switch({ label, hint, checked, onChange, disabled = false }: SwitchProps) {
  const id = useId()
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <span id={id} className={styles.label}>
          {label}
        </span>
        {hint ? <span className={styles.hint}>{hint}</span> : null}
      </div>
      <Base.Root
        aria-labelledby={id}
        checked={checked}
        disabled={disabled}
        onCheckedChange={onChange}
        className={styles.track}
      >
        <Base.Thumb className={styles.thumb} />
      </Base.Root>
    </div>
  )
}
