import { CircleCheck, DatabaseZap } from 'lucide-react'
import { t } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { Note } from '../../ui/note.tsx'
import { Progress } from '../../ui/progress.tsx'
import { FullPage } from './full-page.tsx'
import { SalvageFindings } from './salvage-findings.tsx'
import styles from './salvage-page.module.css'
import { cancelSalvage, leaveSalvage, startSalvage, useSalvage } from './salvage-state.ts'

/** Saving what can be read of a damaged history: what will happen, how far it is, and what came of it. */
export function SalvagePage() {
  const { phase, progress, report } = useSalvage()
  return (
    <main className={styles.page}>
      {phase === 'running' ? <Running progress={progress} /> : null}
      {phase === 'offered' || phase === 'failed' ? <Offer /> : null}
      {phase === 'ended' && report ? (
        <FullPage
          icon={<CircleCheck aria-hidden />}
          title={t('salvage.doneTitle')}
          actions={
            <Button look="primary" onClick={leaveSalvage}>
              {t('salvage.openSalvaged')}
            </Button>
          }
          below={<SalvageFindings report={report} />}
        >
          <output>{t('salvage.doneText', { file: report.keptAs })}</output>
        </FullPage>
      ) : null}
    </main>
  )
}

function Offer() {
  const error = useSalvage((state) => state.error)
  return (
    <FullPage
      icon={<DatabaseZap aria-hidden />}
      title={t('history.title.damaged')}
      actions={
        <>
          <Button look="primary" onClick={() => void startSalvage()}>
            {t('salvage.start')}
          </Button>
          <Button onClick={leaveSalvage}>{t('salvage.notNow')}</Button>
        </>
      }
    >
      <SalvageWords />
      {error ? <Note kind="danger">{error.message}</Note> : null}
    </FullPage>
  )
}

/** What salvaging does and what stays safe. */
export function SalvageWords() {
  return (
    <>
      <p>{t('salvage.what')}</p>
      <p className={styles.calm}>{t('salvage.safe')}</p>
    </>
  )
}

function Running({ progress }: { progress: number | null }) {
  return (
    <FullPage
      icon={<DatabaseZap aria-hidden />}
      title={t('salvage.runningTitle')}
      actions={<Button onClick={cancelSalvage}>{t('common.cancel')}</Button>}
    >
      <p>{t('salvage.runningText')}</p>
      <Progress label={t('salvage.runningTitle')} value={progress} />
    </FullPage>
  )
}
