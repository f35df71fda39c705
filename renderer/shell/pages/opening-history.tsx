import { t } from '../../i18n/i18n.ts'
import styles from './opening-history.module.css'

/** A still, empty page; it says what it waits for only when that takes a while, and what may be the matter when it takes long. By CSS:
 * a keyring that is not answered holds main up, and with it everything that the page could ask. */
export function OpeningHistory({ updating }: { updating: boolean }) {
  return (
    <main className={styles.page}>
      <div>
        <output className={styles.words}>{t(updating ? 'history.updating' : 'history.opening')}</output>
        {!updating && <p className={styles.long}>{t('history.openingLong')}</p>}
      </div>
    </main>
  )
}
