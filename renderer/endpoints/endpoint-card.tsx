import { ChevronDown, ChevronUp } from 'lucide-react'
import { useState } from 'react'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import styles from '../settings/settings.module.css'
import { useServerData } from '../shell/use-server-data.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { AdvancedFields } from './advanced-fields.tsx'
import { AcceptedCertificate } from './certificate-card.tsx'
import { EndpointFields, endpointUpdater } from './endpoint-fields.tsx'
import { EndpointTester } from './endpoint-tester.tsx'
import { ModelField } from './model-field.tsx'
import { ModelSection } from './report/model-section.tsx'

interface EndpointCardProps {
  endpoint: Endpoint
  open: boolean
  onOpenChange: (open: boolean) => void
  isDefault: boolean
  onMakeDefault: () => void
}

/** One endpoint: a line about it, and its fields once it is opened. */
export function EndpointCard({ endpoint, open, onOpenChange, isDefault, onMakeDefault }: EndpointCardProps) {
  const [deleting, setDeleting] = useState(false)
  const update = endpointUpdater(endpoint.id)
  return (
    <li className={styles.card}>
      <div className={styles.cardTop}>
        <div className={styles.cardWords}>
          <h3 className={styles.cardName}>
            <span dir="auto">{endpoint.name}</span>
            {isDefault ? <span className={styles.badge}>{t('settings.isDefault')}</span> : null}
          </h3>
          <p className={styles.muted}>{summaryOf(endpoint)}</p>
        </div>
        <Button
          look="quiet"
          aria-expanded={open}
          aria-label={t(open ? 'settings.doneEditing' : 'settings.editEndpoint', { name: endpoint.name })}
          onClick={() => onOpenChange(!open)}
        >
          {t(open ? 'settings.done' : 'settings.edit')}
          {open ? <ChevronUp /> : <ChevronDown />}
        </Button>
      </div>
      {open ? (
        <div className={styles.cardBody}>
          <EndpointFields endpoint={endpoint} update={update} />
          {endpoint.certificate ? (
            <AcceptedCertificate
              fingerprint={endpoint.certificate}
              onForget={() => void update({ certificate: null }).catch(showError)}
            />
          ) : null}
          <EndpointTester endpointId={endpoint.id} />
          <EndpointModels key={`${endpoint.baseUrl} ${endpoint.hasKey} ${endpoint.certificate}`} endpoint={endpoint} />
          <AdvancedFields endpoint={endpoint} update={update} />
          <div className={styles.buttons}>
            {isDefault ? null : <Button onClick={onMakeDefault}>{t('settings.makeDefault')}</Button>}
            <Button look="danger" onClick={() => setDeleting(true)}>
              {t('settings.deleteEndpoint')}
            </Button>
          </div>
        </div>
      ) : null}
      <DeleteQuestion endpoint={endpoint} open={deleting} onClose={() => setDeleting(false)} />
    </li>
  )
}

/** Asks the server for its models once for an address, a key and a certificate. */
function EndpointModels({ endpoint }: { endpoint: Endpoint }) {
  const { data: models, error } = useServerData('endpoints.models', { endpointId: endpoint.id }, null)
  const update = endpointUpdater(endpoint.id)
  return (
    <>
      <ModelField
        label={t('settings.defaultModel')}
        emptyLabel={t('settings.modelFirst')}
        saved={endpoint.defaultModel}
        models={models}
        error={error}
        save={(defaultModel) => update({ defaultModel })}
      />
      <ModelSection endpoint={endpoint} models={models} />
    </>
  )
}

function DeleteQuestion({ endpoint, open, onClose }: { endpoint: Endpoint; open: boolean; onClose: () => void }) {
  const remove = () => {
    onClose()
    void call('endpoints.delete', { endpointId: endpoint.id }).catch(showError)
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('settings.deleteEndpointTitle', { name: endpoint.name })}
      description={t(endpoint.hasKey ? 'settings.deleteEndpointWithKey' : 'settings.deleteEndpointText')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="danger" onClick={remove}>
            {t('settings.deleteEndpoint')}
          </Button>
        </>
      }
    />
  )
}

function summaryOf({ kind, baseUrl, defaultModel, hasKey }: Endpoint): string {
  const facts = [kind === 'demo' ? t('settings.builtIn') : baseUrl]
  if (defaultModel) facts.push(defaultModel)
  if (hasKey) facts.push(t('settings.keyStored'))
  return facts.join(' · ')
}
