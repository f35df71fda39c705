import { Lock } from 'lucide-react'
import { useState } from 'react'
import { t } from '../i18n/i18n.ts'
import { retryHistory, useAppState, useIsReadOnly } from '../shell/app-state.ts'
import { Button } from '../ui/button.tsx'
import styles from './read-only-banner.module.css'

/** Stays while nothing can be written: what is shown is a copy of the history. */
export function ReadOnlyBanner() {
  const readOnly = useIsReadOnly()
  const reason = useAppState(({ state }) => (state?.history.state === 'open' ? state.history.notUpdated : null))
  const [trying, setTrying] = useState(false)
  if (!readOnly) return null
  const tryAgain = async () => {
    setTrying(true)
    await retryHistory()
    setTrying(false)
  }
  return (
    <div className={styles.banner}>
      <Lock aria-hidden />
      <output className={styles.words}>
        {reason ? t('history.notUpdatedBanner', { reason }) : t('history.readOnlyBanner')}
      </output>
      <Button disabled={trying} onClick={() => void tryAgain()}>
        {trying ? t('history.trying') : t('common.retry')}
      </Button>
    </div>
  )
}
