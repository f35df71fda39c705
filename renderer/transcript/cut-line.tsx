import { Popover } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import type { SentSummary } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import styles from './cut-line.module.css'
import { formatCount } from './format-numbers.ts'

/** Where the latest request began: what stands above this line was not sent, and why. */
export function CutLine({ sent }: { sent: SentSummary }): ReactNode {
  const { leftOutMessages, sentMessages } = sent
  return (
    <div className={styles.cut}>
      <span>{t('transcript.cut', { count: leftOutMessages, formatted: formatCount(leftOutMessages) })}</span>
      <Popover.Root>
        <Popover.Trigger className={styles.why}>{t('transcript.why')}</Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner sideOffset={6} className={styles.positioner}>
            <Popover.Popup className={styles.popup}>
              <p>{sayWindow(sent)}</p>
              <p>
                {t('transcript.whyRule', {
                  count: sentMessages,
                  formatted: formatCount(sentMessages),
                  tokens: formatCount(sent.estimatedTokens),
                })}
              </p>
              <p>{t('transcript.whyKept')}</p>
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </div>
  )
}

function sayWindow({ windowSource, windowTokens }: SentSummary): string {
  const window = formatCount(windowTokens)
  switch (windowSource) {
    case 'server':
      return t('transcript.whyServer', { window })
    case 'learned':
      return t('transcript.whyLearned', { window })
    case 'user':
      return t('transcript.whyUser', { window })
    case 'assumed':
      return t('transcript.whyAssumed', { window })
  }
}
