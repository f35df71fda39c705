import { memo, type ReactNode, useState } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import styles from './message.module.css'
import { MessageActions } from './message-actions.tsx'
import { isTextUnreadable, UnreadableLine } from './unreadable-line.tsx'

/** What the person wrote, as it was written: a tinted block on the end side. */
export const UserMessage = memo(function UserMessage({ message, isLast }: { message: Message; isLast: boolean }) {
  return (
    <article className={styles.user} aria-label={t('transcript.you')}>
      {isTextUnreadable(message) ? null : <Bubble text={message.text} />}
      <UnreadableLine message={message} />
      <MessageActions message={message} isLast={isLast} />
    </article>
  )
})

/** The same block while main has not yet said that it is on disk. */
export function PendingMessage({ text }: { text: string }): ReactNode {
  return (
    <article className={styles.user} aria-label={t('transcript.you')}>
      <Bubble text={text} />
      <div className={styles.actions} data-shown>
        <output className={styles.saving}>{t('transcript.saving')}</output>
      </div>
    </article>
  )
}

/** A pasted file would push everything else away, so only its beginning is drawn at first. */
const FOLD_CHARACTERS = 4_000
const FOLD_LINES = 40

function Bubble({ text }: { text: string }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const short = shorten(text)
  const isLong = short.length < text.length
  return (
    <div className={styles.bubble}>
      <p dir="auto">{isOpen ? text : short}</p>
      {isLong && (
        <button type="button" className={styles.textButton} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t('transcript.showLess') : t('transcript.showAll')}
        </button>
      )}
    </div>
  )
}

function shorten(text: string): string {
  const lines = text.slice(0, FOLD_CHARACTERS).split('\n', FOLD_LINES + 1)
  if (text.length <= FOLD_CHARACTERS && lines.length <= FOLD_LINES) return text
  return lines.slice(0, FOLD_LINES).join('\n')
}
