import { Search } from 'lucide-react'
import { useState } from 'react'
import type { CallOutput } from '../../shared/contract-types.ts'
import type { AppError } from '../../shared/errors.ts'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { asAppError } from '../shell/app-state.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import { createFoundEndpoint } from './create-endpoint.ts'
import styles from './endpoints.module.css'

type Found = CallOutput<'endpoints.search'>

/** Looks for servers on this computer, only when the button is pressed. */
export function LocalSearch({ onConnected }: { onConnected: (endpoint: Endpoint) => void }) {
  const [found, setFound] = useState<Found | null>(null)
  const [error, setError] = useState<AppError | null>(null)
  const [busy, setBusy] = useState(false)

  const search = async () => {
    setBusy(true)
    setError(null)
    try {
      setFound(await call('endpoints.search', {}))
    } catch (cause) {
      setError(asAppError(cause))
    }
    setBusy(false)
  }
  return (
    <>
      <div className={styles.buttons}>
        <Button disabled={busy} onClick={() => void search()}>
          <Search />
          {busy ? t('endpoints.searching') : t(found ? 'endpoints.searchAgain' : 'endpoints.search')}
        </Button>
      </div>
      {error ? <Note kind="danger">{error.message}</Note> : null}
      {found?.length === 0 && !busy ? <Note kind="info">{t('endpoints.foundNothing')}</Note> : null}
      {found && found.length > 0 ? <FoundServers found={found} onConnected={onConnected} /> : null}
    </>
  )
}

function FoundServers({ found, onConnected }: { found: Found; onConnected: (endpoint: Endpoint) => void }) {
  return (
    <ul className={styles.found} aria-label={t('endpoints.found')}>
      {found.map((server) => (
        <li key={server.baseUrl} className={styles.foundRow}>
          <div className={styles.foundWords}>
            <strong>{server.server}</strong>
            <span className={styles.muted}>
              {server.baseUrl} · {t('endpoints.modelCount', { count: server.models.length })}
            </span>
          </div>
          <Button
            aria-label={t('endpoints.useServer', { server: server.server })}
            onClick={() => void createFoundEndpoint(server).then(onConnected, showError)}
          >
            {t('endpoints.use')}
          </Button>
        </li>
      ))}
    </ul>
  )
}
