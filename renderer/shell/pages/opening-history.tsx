import { t } from '../../i18n/i18n.ts'
import styles from './opening-history.module.css'

/** A still, empty page; it says what it waits for only when that takes a while. */
export function OpeningHistory() {
  return (
    <main className={styles.page}>
      <output className={styles.words}>{t('history.opening')}</output>
    </main>
  )
}
