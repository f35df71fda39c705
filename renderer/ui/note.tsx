import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './note.module.css'

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert }

export interface NoteProps {
  kind: keyof typeof icons
  children: ReactNode
}

/** Something said beside what it is about; the icon tells the kind as well as the tone does. */
export function Note({ kind, children }: NoteProps) {
  const Icon = icons[kind]
  return (
    <div className={styles.note} data-kind={kind} role={kind === 'danger' ? 'alert' : 'status'}>
      <Icon aria-hidden className={styles.icon} />
      <div className={styles.words}>{children}</div>
    </div>
  )
}
