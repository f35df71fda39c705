import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { call } from '../bridge.ts'
import { useConversationList } from '../conversations/conversation-list.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { updatePreferences, usePreferences } from '../shell/preferences.ts'
import { Button } from '../ui/button.tsx'
import styles from './keys.module.css'

/** Until then there is little to lose, and a person is busy with the first things. */
const CONVERSATIONS = 3

const PAUSE_MS = 21 * 24 * 60 * 60 * 1000

/** Asks a person who has something to lose to keep the recovery code; comes back after three weeks when put off. */
export function RecoveryReminder() {
  const [now] = useState(Date.now)
  const enough = useConversationList((state) => state.total >= CONVERSATIONS)
  const due = usePreferences(({ preferences }) => {
    return preferences !== null && !preferences.recoveryCodeSaved && preferences.recoveryReminderAt <= now
  })
  if (!(enough && due)) return null
  const later = () => void updatePreferences({ recoveryReminderAt: Date.now() + PAUSE_MS })
  return (
    <section className={styles.reminder} aria-label={t('recovery.reminderTitle')}>
      <KeyRound aria-hidden />
      <div>
        <h2>{t('recovery.reminderTitle')}</h2>
        <p>{t('recovery.reminderText')}</p>
        <div className={styles.buttons}>
          <Button onClick={() => void call('keys.showRecoveryCode', {}).catch(showError)}>
            {t('recovery.showShort')}
          </Button>
          <Button look="quiet" onClick={later}>
            {t('recovery.later')}
          </Button>
        </div>
      </div>
    </section>
  )
}
