import { Field } from '@base-ui/react/field'
import { Switch } from '@base-ui/react/switch'
import type { ReactNode } from 'react'
import styles from './switch-field.module.css'

interface SwitchFieldProps {
  label: string
  hint?: ReactNode
  value: boolean
  onChange: (value: boolean) => void
}

/** On or off, at once; what either means stands below the label. */
export function SwitchField({ label, hint, value, onChange }: SwitchFieldProps) {
  return (
    <Field.Root className={styles.field}>
      <Switch.Root className={styles.track} checked={value} onCheckedChange={onChange}>
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
      <div className={styles.words}>
        <Field.Label className={styles.label}>{label}</Field.Label>
        {hint ? <Field.Description className={styles.hint}>{hint}</Field.Description> : null}
      </div>
    </Field.Root>
  )
}
