import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { changeKey } from '../keys/key-change.ts'
import { showError } from '../notices/show-error.ts'
import { useAppState } from '../shell/app-state.ts'
import { keyProtectionText } from '../shell/key-protection-text.ts'
import { usePreferences } from '../shell/preferences.ts'
import { Button } from '../ui/button.tsx'
import styles from './settings.module.css'
import type { SectionProps } from './settings-dialog.tsx'

export function PrivacySection({ onShow }: SectionProps) {
  const state = useAppState((store) => store.state)
  const codeSaved = usePreferences((store) => store.preferences?.recoveryCodeSaved ?? false)
  if (!state) return null
  return (
    <div className={styles.fields}>
      <section className={styles.prose}>
        <h3>{t('privacy.networkTitle')}</h3>
        <p>{t('privacy.network')}</p>
        <div>
          <Button onClick={() => onShow('network')}>{t('privacy.showNetwork')}</Button>
        </div>
      </section>
      <section className={styles.prose}>
        <h3>{t('privacy.historyTitle')}</h3>
        <p>{keyProtectionText(state)}</p>
        {state.history.state === 'open' && state.history.keyProtection === 'keyring' ? (
          <p className={styles.muted}>{t('privacy.keyBackend', { backend: state.history.keyBackend })}</p>
        ) : null}
      </section>
      <section className={styles.prose}>
        <h3>{t('recovery.title')}</h3>
        <p>{t('recovery.text')}</p>
        {codeSaved ? <p className={styles.muted}>{t('recovery.saved')}</p> : null}
        <div>
          <Button onClick={() => void call('keys.showRecoveryCode', {}).catch(showError)}>{t('recovery.show')}</Button>
        </div>
      </section>
      <section className={styles.prose}>
        <h3>{t('recovery.changeTitle')}</h3>
        <p>{t('recovery.changeText')}</p>
        <div>
          <Button onClick={() => void changeKey()}>{t('recovery.change')}</Button>
        </div>
      </section>
      <section className={styles.prose}>
        <h3>{t('privacy.folderTitle')}</h3>
        <p>{t('privacy.folder')}</p>
        <div>
          <Button onClick={() => void call('app.showDataFolder', {}).catch(showError)}>
            {t('history.showFolder')}
          </Button>
        </div>
      </section>
    </div>
  )
}
