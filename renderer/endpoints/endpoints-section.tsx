import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { SectionState } from '../settings/section-state.tsx'
import styles from '../settings/settings.module.css'
import { useServerData } from '../shell/use-server-data.ts'
import { Button } from '../ui/button.tsx'
import { ConnectForm } from './connect-form.tsx'
import { createDemoEndpoint } from './create-endpoint.ts'
import { EndpointCard } from './endpoint-card.tsx'
import { LocalSearch } from './local-search.tsx'

/** The servers that Alcove may talk to; there are no others. */
export function EndpointsSection() {
  const { data: endpoints, error, reload } = useServerData('endpoints.list', {}, 'endpoints.changed')
  const settings = useServerData('settings.get', {}, 'settings.changed')
  const [adding, setAdding] = useState(false)
  const [openId, setOpenId] = useState<string | null>(null)
  if (!endpoints) return <SectionState error={error} onRetry={reload} />

  const defaultId = settings.data?.defaultEndpointId ?? null
  const onAdded = (endpoint: Endpoint) => {
    setAdding(false)
    setOpenId(endpoint.id)
  }
  return (
    <div className={styles.fields}>
      {endpoints.length === 0 ? <p className={styles.muted}>{t('settings.noEndpoints')}</p> : null}
      <ul className={styles.list}>
        {endpoints.map((endpoint) => (
          <EndpointCard
            key={endpoint.id}
            endpoint={endpoint}
            open={openId === endpoint.id}
            onOpenChange={(open) => setOpenId(open ? endpoint.id : null)}
            isDefault={endpoint.id === defaultId}
            onMakeDefault={() => void call('settings.update', { defaultEndpointId: endpoint.id }).catch(showError)}
          />
        ))}
      </ul>
      {adding ? (
        <AddEndpoint onAdded={onAdded} onCancel={() => setAdding(false)} />
      ) : (
        <div className={styles.buttons}>
          <Button onClick={() => setAdding(true)}>
            <Plus />
            {t('settings.addEndpoint')}
          </Button>
          {endpoints.some(({ kind }) => kind === 'demo') ? null : (
            <Button look="quiet" onClick={() => void createDemoEndpoint().catch(showError)}>
              {t('settings.addDemo')}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

function AddEndpoint({ onAdded, onCancel }: { onAdded: (endpoint: Endpoint) => void; onCancel: () => void }) {
  const [keyFor, setKeyFor] = useState<string | null>(null)
  return (
    <section className={styles.card} aria-label={t('settings.addEndpoint')}>
      <div className={styles.cardTop}>
        <h3 className={styles.cardWords}>{t('settings.addEndpoint')}</h3>
        <Button look="quiet" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
      </div>
      <div className={styles.cardBody}>
        <LocalSearch onConnected={onAdded} onAskKey={setKeyFor} />
        <ConnectForm key={keyFor} keyFor={keyFor} onConnected={onAdded} />
      </div>
    </section>
  )
}
