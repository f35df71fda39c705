import type { UntrustedCertificate } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import styles from '../settings/settings.module.css'
import { Button } from '../ui/button.tsx'
import endpointStyles from './endpoints.module.css'
import { fingerprintGroups } from './fingerprint.ts'

interface CertificateCardProps {
  certificate: UntrustedCertificate
  /** Why it is not trusted, in a sentence: one that has changed is another matter than one that was never accepted. */
  reason: string
  busy: boolean
  onAccept: () => void
}

/** A certificate that is not trusted, with what the person needs to compare before accepting it. */
export function CertificateCard({ certificate, reason, busy, onAccept }: CertificateCardProps) {
  const { fingerprint, subject, issuer, validFrom, validTo } = certificate
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' })
  const facts = [
    [t('endpoints.certificate.subject'), subject],
    [t('endpoints.certificate.issuer'), issuer],
    [t('endpoints.certificate.valid'), day.formatRange(validFrom, validTo)],
  ] as const
  return (
    <section className={styles.card} aria-label={t('endpoints.certificate.title')}>
      <div className={styles.cardBodyFirst}>
        <h4>{t('endpoints.certificate.title')}</h4>
        <p role="alert">{reason}</p>
        <p className={styles.muted}>{t('endpoints.certificate.text')}</p>
        <dl className={endpointStyles.facts}>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{value || t('endpoints.certificate.unnamed')}</dd>
            </div>
          ))}
          <div>
            <dt>{t('endpoints.certificate.fingerprint')}</dt>
            <dd>
              <Fingerprint fingerprint={fingerprint} />
            </dd>
          </div>
        </dl>
        <div className={styles.buttons}>
          <Button disabled={busy} onClick={onAccept}>
            {t('endpoints.certificate.accept')}
          </Button>
        </div>
      </div>
    </section>
  )
}

interface AcceptedCertificateProps {
  fingerprint: string
  onForget: () => void
}

/** The one certificate that an endpoint's person has accepted. */
export function AcceptedCertificate({ fingerprint, onForget }: AcceptedCertificateProps) {
  return (
    <section className={endpointStyles.accepted} aria-label={t('endpoints.certificate.accepted')}>
      <h4>{t('endpoints.certificate.accepted')}</h4>
      <p className={styles.muted}>{t('endpoints.certificate.acceptedText')}</p>
      <Fingerprint fingerprint={fingerprint} />
      <div>
        <Button onClick={onForget}>{t('endpoints.certificate.forget')}</Button>
      </div>
    </section>
  )
}

function Fingerprint({ fingerprint }: { fingerprint: string }) {
  return <code className={endpointStyles.fingerprint}>{fingerprintGroups(fingerprint)}</code>
}
