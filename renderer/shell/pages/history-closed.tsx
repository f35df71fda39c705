import { DatabaseZap } from 'lucide-react'
import { useState } from 'react'
import type { ErrorCode } from '../../../shared/errors.ts'
import type { ReplyError } from '../../../shared/record-types.ts'
import { call } from '../../bridge.ts'
import { t } from '../../i18n/i18n.ts'
import { showError } from '../../notices/show-error.ts'
import { Button } from '../../ui/button.tsx'
import { retryHistory } from '../app-state.ts'
import { FullPage } from './full-page.tsx'
import styles from './history-closed.module.css'

/** Why the history is not open and what can be done; nothing here touches the file. */
export function HistoryClosed({ error }: { error: ReplyError }) {
  const [trying, setTrying] = useState(false)
  const tryAgain = async () => {
    setTrying(true)
    await retryHistory()
    setTrying(false)
  }
  return (
    <main className={styles.page}>
      <FullPage
        icon={<DatabaseZap aria-hidden />}
        title={titleFor(error.code)}
        actions={
          <>
            <Button look="primary" disabled={trying} onClick={() => void tryAgain()}>
              {trying ? t('history.trying') : t('common.retry')}
            </Button>
            <Button onClick={() => void call('app.showDataFolder', {}).catch(showError)}>
              {t('history.showFolder')}
            </Button>
          </>
        }
      >
        <p role="alert">{error.message}</p>
        <p className={styles.calm}>{t('history.untouched')}</p>
        <details className={styles.details}>
          <summary>{t('common.details')}</summary>
          {t('notices.code', { code: error.code })}
        </details>
      </FullPage>
    </main>
  )
}

function titleFor(code: ErrorCode): string {
  switch (code) {
    case 'history-key-missing':
    case 'keyring-unavailable':
      return t('history.title.keyMissing')
    case 'history-key-wrong':
      return t('history.title.keyWrong')
    case 'history-from-newer-version':
      return t('history.title.newer')
    case 'history-corrupt':
      return t('history.title.damaged')
    case 'history-read-only':
    case 'folder-read-only':
      return t('history.title.readOnly')
    case 'history-locked':
      return t('history.title.locked')
    case 'disk-full':
      return t('history.title.diskFull')
    default:
      return t('history.title.closed')
  }
}
