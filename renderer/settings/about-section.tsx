import { t } from '../i18n/i18n.ts'
import { useAppState } from '../shell/app-state.ts'
import { StatisticsList } from '../statistics/statistics-list.tsx'
import styles from './settings.module.css'

export function AboutSection() {
  const version = useAppState((store) => store.state?.version ?? '')
  return (
    <div className={styles.fields}>
      <section className={styles.prose}>
        <h3>{t('about.name', { version })}</h3>
        <p>{t('about.what')}</p>
        <p className={styles.muted}>{t('about.licence')}</p>
      </section>
      <StatisticsList />
    </div>
  )
}
