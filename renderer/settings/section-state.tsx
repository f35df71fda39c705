import type { AppError } from '../../shared/errors.ts'
import { t } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import styles from './settings.module.css'

/** A section that is not there yet, or could not be read. */
export function SectionState({ error, onRetry }: { error: AppError | null; onRetry: () => void }) {
  if (!error) return <p className="visually-hidden">{t('settings.loading')}</p>
  return (
    <div className={styles.fields}>
      <Note kind="danger">{error.message}</Note>
      <div>
        <Button onClick={onRetry}>{t('common.retry')}</Button>
      </div>
    </div>
  )
}
