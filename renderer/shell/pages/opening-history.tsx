import { t } from '../../i18n/i18n.ts'
import { useKeyChange } from '../../keys/key-change.ts'
import styles from './opening-history.module.css'

/**
 * A still, empty page; it says what it waits for only when that takes a while, and what may be the matter when it takes
 * long. By CSS: a keyring that nobody answers holds main up, and with it everything that the page could ask.
 */
export function OpeningHistory({
  updating,
  asksKeyring = false,
}: {
  updating: boolean
  asksKeyring?: boolean | undefined
}) {
  const changing = useKeyChange((state) => state.asked)
  const known = changing ? t('recovery.changing') : updating ? t('history.updating') : null
  return (
    <main className={styles.page} data-now={asksKeyring || undefined}>
      <div>
        <output className={styles.words}>{known ?? t('history.opening')}</output>
        {known === null && (
          <p className={styles.long}>{asksKeyring ? t('history.asksKeyring') : t('history.openingLong')}</p>
        )}
      </div>
    </main>
  )
}
