import { t } from '../../i18n/i18n.ts'
import settingsStyles from '../../settings/settings.module.css'
import { Note } from '../../ui/note.tsx'
import { Progress } from '../../ui/progress.tsx'
import styles from './report.module.css'
import type { Check } from './use-check.ts'

/** How far trying out is, and what came of it. */
export function CheckState({ check: { phase, progress, error } }: { check: Check }) {
  switch (phase) {
    case 'running':
      return (
        <div className={styles.progress}>
          <Progress label={t('capabilities.checking')} value={progress ? progress.done / progress.total : null} />
          <output className={settingsStyles.muted}>
            {progress
              ? t('capabilities.trying', {
                  what: t(`capabilities.of.${progress.capability}.name`),
                  done: progress.done + 1,
                  total: progress.total,
                })
              : t('capabilities.checking')}
          </output>
        </div>
      )
    case 'ended':
      return <Note kind="success">{t('capabilities.checked')}</Note>
    case 'cancelled':
      return <Note kind="info">{t('capabilities.cancelled')}</Note>
    case 'failed':
      return <Note kind="danger">{error?.message ?? t('capabilities.failed')}</Note>
    case 'idle':
      return <p className={settingsStyles.muted}>{t('capabilities.checkHint')}</p>
  }
}
