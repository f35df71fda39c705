import { useState } from 'react'
import type { HistoryRemedy, ReplyError } from '../../../shared/record-types.ts'
import { call } from '../../bridge.ts'
import { t } from '../../i18n/i18n.ts'
import { RecoveryEntry } from '../../keys/recovery-entry.tsx'
import { showError } from '../../notices/show-error.ts'
import { Button } from '../../ui/button.tsx'
import { retryHistory } from '../app-state.ts'
import { closedReason } from './closed-reasons.ts'
import { FullPage } from './full-page.tsx'
import styles from './history-closed.module.css'
import { SalvageWords } from './salvage-page.tsx'
import { startSalvage } from './salvage-state.ts'

interface HistoryClosedProps {
  error: ReplyError
  remedies: readonly HistoryRemedy[]
}

/** Why the history is not open and what can be done; nothing here touches the file. */
export function HistoryClosed({ error, remedies }: HistoryClosedProps) {
  const [trying, setTrying] = useState(false)
  const { icon: Icon, title } = closedReason(error.code)
  const canSalvage = remedies.includes('salvage')
  const tryAgain = async () => {
    setTrying(true)
    await retryHistory()
    setTrying(false)
  }
  return (
    <main className={styles.page}>
      <FullPage
        icon={<Icon aria-hidden />}
        title={title}
        actions={
          <>
            {canSalvage ? (
              <Button look="primary" onClick={() => void startSalvage()}>
                {t('salvage.start')}
              </Button>
            ) : null}
            <Button look={canSalvage ? 'plain' : 'primary'} disabled={trying} onClick={() => void tryAgain()}>
              {trying ? t('history.trying') : t('common.retry')}
            </Button>
            <Button onClick={() => void call('app.showDataFolder', {}).catch(showError)}>
              {t('history.showFolder')}
            </Button>
          </>
        }
        below={remedies.includes('recovery-code') ? <RecoveryEntry /> : null}
      >
        <p role="alert">{error.message}</p>
        {canSalvage ? <SalvageWords /> : <p className={styles.calm}>{t('history.untouched')}</p>}
        <details className={styles.details}>
          <summary>{t('common.details')}</summary>
          {t('notices.code', { code: error.code })}
        </details>
      </FullPage>
    </main>
  )
}
