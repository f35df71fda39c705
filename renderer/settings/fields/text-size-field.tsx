import { useId, useRef } from 'react'
import { t } from '../../i18n/i18n.ts'
import styles from '../settings.module.css'

interface TextSizeFieldProps {
  /** CSS pixels, 12 to 24. */
  value: number
  onChange: (value: number) => void
  onCommit: (value: number) => void
}

const PAUSE_MS = 300

/** Size of the reading text; the sample follows at once, saving waits until the slider rests. */
export function TextSizeField({ value, onChange, onCommit }: TextSizeFieldProps) {
  const id = useId()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const change = (next: number) => {
    onChange(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onCommit(next), PAUSE_MS)
  }
  return (
    <div className={styles.sizeField}>
      <div className={styles.sizeTop}>
        <label htmlFor={id}>{t('settings.textSize')}</label>
        <output htmlFor={id}>{t('settings.pixels', { count: value })}</output>
      </div>
      <input
        id={id}
        type="range"
        min={12}
        max={24}
        step={1}
        value={value}
        className={styles.slider}
        onChange={(event) => change(event.target.valueAsNumber)}
      />
    </div>
  )
}
