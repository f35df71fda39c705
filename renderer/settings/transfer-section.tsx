import { t } from '../i18n/i18n.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { Button } from '../ui/button.tsx'
import styles from './settings.module.css'

export function TransferSection() {
  const { show } = useDialogs.getState()
  return (
    <div className={styles.fields}>
      <section className={styles.prose}>
        <h3>{t('settings.exportTitle')}</h3>
        <p>{t('settings.exportText')}</p>
        <div>
          <Button onClick={() => show({ type: 'export', conversationId: null })}>{t('settings.exportAll')}</Button>
        </div>
      </section>
      <section className={styles.prose}>
        <h3>{t('settings.importTitle')}</h3>
        <p>{t('settings.importText')}</p>
        <div>
          <Button onClick={() => show({ type: 'import' })}>{t('settings.import')}</Button>
        </div>
      </section>
    </div>
  )
}
