import { t } from '../../i18n/i18n.ts'
import styles from './salvage-page.module.css'
import type { SalvageReport } from './salvage-state.ts'

type Damaged = SalvageReport['damaged'][number]

/** What was saved, and of each conversation that is not whole what is missing. */
export function SalvageFindings({ report }: { report: SalvageReport }) {
  const { damaged, damagedConversations } = report
  const isWhole = damagedConversations + report.lostCommits + report.lostRows === 0
  return (
    <section className={styles.findings} aria-label={t('salvage.findings')}>
      <p>
        {t('salvage.saved', {
          conversations: t('transfer.conversations', { count: report.conversations }),
          messages: t('transfer.messages', { count: report.messages - report.lostMessages }),
        })}
      </p>
      {isWhole ? <p>{t('salvage.nothingLost')}</p> : null}
      {report.lostMessages > 0 ? <p>{t('salvage.lostMessages', { count: report.lostMessages })}</p> : null}
      {report.lostCommits > 0 ? <p>{t('salvage.lostCommits', { count: report.lostCommits })}</p> : null}
      {report.lostRows > 0 ? <p>{t('salvage.lostRows', { count: report.lostRows })}</p> : null}
      {damaged.length > 0 ? (
        <ul className={styles.list} tabIndex={-1}>
          {damaged.map((conversation) => (
            <li key={conversation.conversationId}>
              <span className={styles.name} dir="auto">
                {conversation.title || t('salvage.untitled')}
              </span>
              <span className={styles.calm}>{describe(conversation)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {damagedConversations > damaged.length ? (
        <p>{t('salvage.more', { count: damagedConversations - damaged.length })}</p>
      ) : null}
    </section>
  )
}

function describe({ messages, lost, cut, isHeadLost }: Damaged): string {
  const parts = [
    ...(lost > 0 ? [t('salvage.missing', { count: messages, lost })] : []),
    ...(cut > 0 ? [t('salvage.cut', { count: cut })] : []),
    ...(isHeadLost ? [t('salvage.headLost')] : []),
  ]
  return parts.join(' · ')
}
