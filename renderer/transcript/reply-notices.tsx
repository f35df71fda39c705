import { Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { assertNever } from '../../shared/errors.ts'
import type { Message, ReplyNotice } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { lostNames } from '../reply-settings/refused-settings.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { formatCount } from './format-numbers.ts'
import styles from './message.module.css'

/** What a person should know of how the request of a reply went. */
export function ReplyNotices({ reply }: { reply: Message }): ReactNode {
  const notices = (reply.sent?.notices ?? []).filter(isWorthTelling)
  if (notices.length === 0 || reply.status === 'streaming') return null
  return notices.map((notice) => (
    <div key={notice.type} className={styles.notice} role="note">
      <Info className={styles.noticeIcon} aria-hidden />
      <p>
        {sayNotice(notice)}
        {isAboutWindow(notice) && (
          <>
            {' '}
            <button type="button" className={styles.textButton} onClick={openEndpoints}>
              {t('transcript.endpointSettings')}
            </button>
          </>
        )}
      </p>
    </div>
  ))
}

function sayNotice(notice: ReplyNotice): string {
  switch (notice.type) {
    case 'fields-refused': {
      const lost = lostNames(notice.fields)
      return t('transcript.noticeFields', { count: lost.length, fields: lists.format(lost) })
    }
    case 'prompt-cut':
      return t('transcript.noticeCut', {
        read: formatCount(notice.promptTokens),
        sent: formatCount(notice.estimatedTokens),
      })
    case 'shortened':
      return notice.windowTokens === null
        ? t('transcript.noticeShortened')
        : t('transcript.noticeShortenedTo', { window: formatCount(notice.windowTokens) })
    case 'images-left-out':
      return t('transcript.noticeImages', { count: notice.images })
    default:
      return assertNever(notice)
  }
}

const lists = new Intl.ListFormat('en', { type: 'conjunction' })

function isWorthTelling(notice: ReplyNotice): boolean {
  return notice.type !== 'fields-refused' || lostNames(notice.fields).length > 0
}

function isAboutWindow({ type }: ReplyNotice): boolean {
  return type === 'prompt-cut' || type === 'shortened'
}

function openEndpoints(): void {
  useDialogs.getState().show({ type: 'settings', section: 'endpoints' })
}
