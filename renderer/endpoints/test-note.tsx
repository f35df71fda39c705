import type { EndpointTest } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { formatCount } from '../transfer/format-size.ts'
import { Note } from '../ui/note.tsx'
import { CertificateCard } from './certificate-card.tsx'
import styles from './endpoints.module.css'

interface TestNoteProps {
  test: EndpointTest
  busy: boolean
  /** Takes the fingerprint of the certificate that kept the test from succeeding. */
  onAcceptCertificate: (fingerprint: string) => void
}

/** What a test of an endpoint found, in a sentence, with what to do when it failed. */
export function TestNote({ test, busy, onAcceptCertificate }: TestNoteProps) {
  const { certificate } = test
  if (certificate) {
    const accept = () => onAcceptCertificate(certificate.fingerprint)
    const reason = test.error?.message ?? t('endpoints.testFailed')
    return <CertificateCard certificate={certificate} reason={reason} busy={busy} onAccept={accept} />
  }
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
    <>
      <Note kind="success">
        <p>
          {t('endpoints.answers', {
            server: test.server ?? t('endpoints.anyServer'),
            count: test.elapsedMs,
            models: t('endpoints.modelCount', { count: test.models.length }),
          })}
        </p>
        {test.window && !isShort(test.window) ? (
          <p>{[windowText(test.window), test.window.advice ?? ''].join(' ').trim()}</p>
        ) : null}
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
      {test.window && isShort(test.window) ? (
        <Note kind="warning">
          <p>{windowText(test.window)}</p>
          {test.window.advice ? <p>{test.window.advice}</p> : null}
        </Note>
      ) : null}
    </>
  )
}

type TestedWindow = NonNullable<EndpointTest['window']>

function isShort({ tokens, neededTokens }: TestedWindow): boolean {
  return tokens < neededTokens
}

function windowText(window: TestedWindow): string {
  const facts = { tokens: formatCount(window.tokens), needed: formatCount(window.neededTokens), model: window.model }
  if (window.source === 'assumed') return t('endpoints.window.assumed', facts)
  if (!isShort(window)) return t('endpoints.window.enough', facts)
  // The advice says itself how much is missing, and what for.
  return t(window.advice ? 'endpoints.window.loaded' : 'endpoints.window.short', facts)
}
