import type { ReactNode } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import styles from './message.module.css'
import { UnreadableLine } from './unreadable-line.tsx'

/** A system or tool message in the middle of an imported conversation: kept in its place, and quiet. */
export function OtherMessage({ message }: { message: Message }): ReactNode {
  const label = message.role === 'system' ? t('transcript.systemMessage') : t('transcript.toolMessage')
  return (
    <article className={styles.other} aria-label={label}>
      <h3>{label}</h3>
      <p dir="auto">{message.text}</p>
      <UnreadableLine message={message} />
    </article>
  )
}
