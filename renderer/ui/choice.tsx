import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useId } from 'react'
import styles from './choice.module.css'

interface ChoiceOption<Value extends string> {
  value: Value
  label: string
  hint?: string
}

export interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  options: readonly ChoiceOption<Value>[]
  onChange: (value: Value) => void
  /** `row`: short words side by side; `list`: one below the other with hints. */
  layout?: 'row' | 'list'
}

/** One out of two to four choices, all in sight. */
export function Choice<Value extends string>({ label, value, options, onChange, layout = 'list' }: ChoiceProps<Value>) {
  const id = useId()
  return (
    <div className={styles.choice}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <RadioGroup
        aria-labelledby={id}
        className={layout === 'row' ? styles.row : styles.list}
        value={value}
        onValueChange={(next) => onChange(next as Value)}
      >
        {options.map((option) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control.
          <label key={option.value} className={styles.option} data-checked={option.value === value || undefined}>
            <Radio.Root value={option.value} className={styles.radio}>
              <Radio.Indicator className={styles.mark} />
            </Radio.Root>
            <span className={styles.words}>
              <span>{option.label}</span>
              {option.hint ? <span className={styles.hint}>{option.hint}</span> : null}
            </span>
          </label>
        ))}
      </RadioGroup>
    </div>
  )
}
