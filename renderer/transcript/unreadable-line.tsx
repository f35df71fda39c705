import { FileWarning } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import styles from './message.module.css'

/** True where the text itself is lost, so that there is nothing to show but that. */
export function isTextUnreadable({ unreadable, error, text }: Message): boolean {
  if (unreadable?.some(({ field }) => field === 'message')) return true
  return text === '' && error?.code === 'history-corrupt'
}

/** Says what of a message could not be read, or is of a kind that this version does not know; nothing for most messages. */
export function UnreadableLine({ message }: { message: Message }): ReactNode {
  const unknown = message.unreadable?.filter(({ raw }) => raw !== null) ?? []
  const words = sayUnreadable(message)
  if (!words) return null
  return (
    <div className={styles.status} data-kind="interrupted">
      <FileWarning aria-hidden />
      <div className={styles.statusWords}>
        <p>{words}</p>
        {unknown.length > 0 && (
          <details>
            <summary>{t('common.details')}</summary>
            {unknown.map(({ field, raw }) => (
              <p key={field} dir="auto">
                {t('transcript.unknownValue', { field, value: raw?.slice(0, 500) })}
              </p>
            ))}
          </details>
        )}
      </div>
    </div>
  )
}

function sayUnreadable(message: Message): string | null {
  const { unreadable, error, text } = message
  if (isTextUnreadable(message)) return error?.message ?? t('transcript.unreadable')
  if (error?.code === 'history-corrupt' && text !== '') return error.message
  if (!unreadable) return null
  return t(unreadable.some(({ raw }) => raw !== null) ? 'transcript.unknownValues' : 'transcript.unreadableDetails')
}
