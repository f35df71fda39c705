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

type HistoryTitle = 'keyMissing' | 'keyWrong' | 'newer' | 'damaged' | 'readOnly' | 'locked' | 'diskFull'

const titles: Partial<Record<ErrorCode, HistoryTitle>> = {
  'history-key-missing': 'keyMissing',
  'keyring-unavailable': 'keyMissing',
  'history-key-wrong': 'keyWrong',
  'history-from-newer-version': 'newer',
  'history-corrupt': 'damaged',
  'history-read-only': 'readOnly',
  'folder-read-only': 'readOnly',
  'history-locked': 'locked',
  'disk-full': 'diskFull',
}

function titleFor(code: ErrorCode): string {
  return t(`history.title.${titles[code] ?? 'closed'}`)
}
