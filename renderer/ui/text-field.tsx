import { Field } from '@base-ui/react/field'
import type { ComponentProps, ReactNode } from 'react'
import styles from './field.module.css'

export interface TextFieldProps extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'defaultValue'> {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: ReactNode
  error?: string | null | undefined
  /** Keeps the label for assistive tools only. */
  labelHidden?: boolean
  /** A control at the end of the field. */
  end?: ReactNode
  /** At the end of the label's line, e.g. `Saved`. */
  status?: ReactNode
}

/** One line of text with its label above, a hint below, and its error beside it. */
export function TextField({
  label,
  value,
  onChange,
  hint,
  error,
  labelHidden = false,
  end,
  status,
  className = '',
  ...rest
}: TextFieldProps) {
  return (
    <Field.Root className={styles.field} invalid={Boolean(error)}>
      <div className={labelHidden ? 'visually-hidden' : styles.top}>
        <Field.Label className={styles.label}>{label}</Field.Label>
        {status}
      </div>
      <div className={styles.line}>
        <Field.Control {...rest} value={value} onValueChange={onChange} className={`${styles.control} ${className}`} />
        {end}
      </div>
      <FieldNotes hint={hint} error={error} />
    </Field.Root>
  )
}

export interface TextAreaProps extends Omit<ComponentProps<'textarea'>, 'value' | 'onChange' | 'defaultValue'> {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: ReactNode
  error?: string | null | undefined
  status?: ReactNode
}

/** Several lines of text; otherwise as `TextField`. */
export function TextArea({ label, value, onChange, hint, error, status, rows = 4, ...rest }: TextAreaProps) {
  return (
    <Field.Root className={styles.field} invalid={Boolean(error)}>
      <div className={styles.top}>
        <Field.Label className={styles.label}>{label}</Field.Label>
        {status}
      </div>
      <Field.Control
        value={value}
        onValueChange={onChange}
        className={`${styles.control} ${styles.area}`}
        render={<textarea {...rest} rows={rows} />}
      />
      <FieldNotes hint={hint} error={error} />
    </Field.Root>
  )
}

function FieldNotes({ hint, error }: { hint: ReactNode; error: string | null | undefined }) {
  return (
    <>
      {error ? (
        <Field.Error match className={styles.error}>
          {error}
        </Field.Error>
      ) : null}
      {hint ? <Field.Description className={styles.hint}>{hint}</Field.Description> : null}
    </>
  )
}
