import { Field } from '@base-ui/react/field'
import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import fieldStyles from './field.module.css'
import menuStyles from './menu.module.css'
import styles from './select.module.css'

interface SelectOption<Value extends string> {
  value: Value
  label: string
}

export interface SelectProps<Value extends string> {
  label: string
  value: Value
  options: readonly SelectOption<Value>[]
  onChange: (value: Value) => void
  hint?: ReactNode
  disabled?: boolean
  labelHidden?: boolean
}

/** One choice out of a short list. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, value, options, onChange, hint, disabled = false, labelHidden = false } = props
  return (
    <Field.Root className={fieldStyles.field}>
      <Base.Root
        items={options}
        value={value}
        disabled={disabled}
        onValueChange={(next) => next !== null && onChange(next)}
      >
        <Base.Label className={labelHidden ? 'visually-hidden' : fieldStyles.label}>{label}</Base.Label>
        <Base.Trigger className={`${fieldStyles.control} ${styles.trigger}`}>
          <Base.Value className={styles.value} />
          <Base.Icon className={styles.icon}>
            <ChevronsUpDown />
          </Base.Icon>
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner className={menuStyles.positioner} sideOffset={4} alignItemWithTrigger={false}>
            <Base.Popup className={`${menuStyles.popup} ${styles.popup}`}>
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className={menuStyles.item}>
                  <Base.ItemText className={menuStyles.label}>{option.label}</Base.ItemText>
                  <Base.ItemIndicator className={menuStyles.icon}>
                    <Check />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
      {hint ? <Field.Description className={fieldStyles.hint}>{hint}</Field.Description> : null}
    </Field.Root>
  )
}
