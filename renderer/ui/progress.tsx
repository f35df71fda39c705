import { Progress as Base } from '@base-ui/react/progress'
import styles from './progress.module.css'

export interface ProgressProps {
  /** Accessible name. */
  label: string
  /** From 0 to 1; null while the end is not known. */
  value: number | null
}

/** How far a long operation is; the words beside it say it in counts. */
export function Progress({ label, value }: ProgressProps) {
  return (
    <Base.Root aria-label={label} value={value === null ? null : Math.round(value * 100)}>
      <Base.Track className={styles.track}>
        <Base.Indicator className={styles.bar} />
      </Base.Track>
    </Base.Root>
  )
}
