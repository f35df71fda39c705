import type { EndpointTest } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { Note } from '../ui/note.tsx'
import styles from './endpoints.module.css'

/** What a test of an endpoint found, in a sentence, with what to do when it failed. */
export function TestNote({ test }: { test: EndpointTest }) {
  if (!test.ok) {
    return (
      <Note kind="danger">
        <p>{test.error?.message ?? t('endpoints.testFailed')}</p>
        {test.error ? (
          <details>
            <summary>{t('common.details')}</summary>
            {t('endpoints.failureFacts', { code: test.error.code, count: test.elapsedMs })}
          </details>
        ) : null}
      </Note>
    )
  }
  return (
    <Note kind="success">
      <p>
        {t('endpoints.answers', {
          server: test.server ?? t('endpoints.anyServer'),
          count: test.elapsedMs,
          models: t('endpoints.modelCount', { count: test.models.length }),
        })}
      </p>
      {test.models.length > 0 ? (
        <details>
          <summary>{t('endpoints.models')}</summary>
          <ul className={styles.models}>
            {test.models.map((model) => (
              <li key={model.id}>{model.id}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </Note>
  )
}
