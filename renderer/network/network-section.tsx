import { t } from '../i18n/i18n.ts'
import { SectionState } from '../settings/section-state.tsx'
import styles from '../settings/settings.module.css'
import { useServerData } from '../shell/use-server-data.ts'
import { ConnectionTable } from './connection-table.tsx'
import networkStyles from './network.module.css'
import { NetworkRules } from './network-rules.tsx'

/** What Alcove may reach, and everything that it has reached since it was started. */
export function NetworkSection() {
  const { data, error, reload } = useServerData('network.list', {}, 'network.changed')
  return (
    <div className={`${styles.fields} ${networkStyles.section}`}>
      <p className={styles.prose}>{t('network.about')}</p>
      <NetworkRules />
      <section className={networkStyles.log} aria-label={t('network.title')}>
        <div>
          <h3>{t('network.title')}</h3>
          <p className={styles.muted}>{t('network.kept')}</p>
        </div>
        {data ? <ConnectionTable log={data} /> : <SectionState error={error} onRetry={reload} />}
        <p className={styles.muted}>{t('network.never')}</p>
      </section>
    </div>
  )
}
