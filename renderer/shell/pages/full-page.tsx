import type { ReactNode } from 'react'
import styles from './full-page.module.css'

interface FullPageProps {
  icon?: ReactNode
  title: string
  /** One or two sentences: what happened, what to do. */
  children: ReactNode
  actions?: ReactNode
  /** Another way out, below the first one. */
  below?: ReactNode
}

/** A calm page with one thing to say, for states in which there is nothing else to show. */
export function FullPage({ icon, title, children, actions, below }: FullPageProps) {
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        {icon ? <div className={styles.icon}>{icon}</div> : null}
        <h1 className={styles.title}>{title}</h1>
        <div className={styles.words}>{children}</div>
        {actions ? <div className={styles.actions}>{actions}</div> : null}
        {below ? <div className={styles.below}>{below}</div> : null}
      </div>
    </div>
  )
}
