import { Search } from 'lucide-react'
import { useState } from 'react'
import type { CallOutput } from '../../shared/contract-types.ts'
import type { AppError } from '../../shared/errors.ts'
import { knownServers } from '../../shared/known-servers.ts'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { asAppError } from '../shell/app-state.ts'
import { formatCount } from '../transfer/format-size.ts'
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
      {found?.length === 0 && !busy ? (
        <Note kind="info">{t('endpoints.foundNothing', { servers: lookedFor })}</Note>
      ) : null}
      {found && found.length > 0 ? <FoundServers found={found} onConnected={onConnected} /> : null}
    </>
  )
}

const lookedFor = new Intl.ListFormat(undefined, { type: 'conjunction' }).format(
  new Set(knownServers.map(({ server }) => server)),
)

/** The models of a server in one line: all of their number, the first by name with the window that is loaded. */
function modelsText(models: Found[number]['models']): string {
  const [first] = models
  if (first === undefined) return t('endpoints.modelCount', { count: 0 })
  const tokens = first.windowTokens
  const named =
    tokens === null ? first.id : t('endpoints.modelWindow', { model: first.id, tokens: formatCount(tokens) })
  return models.length === 1 ? named : `${named} · ${t('endpoints.moreModels', { count: models.length - 1 })}`
}

function FoundServers({ found, onConnected }: { found: Found; onConnected: (endpoint: Endpoint) => void }) {
  return (
    <ul className={styles.found} aria-label={t('endpoints.found')}>
      {found.map((server) => (
        <li key={server.baseUrl} className={styles.foundRow}>
          <div className={styles.foundWords}>
            <strong>{server.server}</strong>
            <span className={styles.muted}>{server.baseUrl}</span>
            <span className={styles.muted} dir="auto">
              {modelsText(server.models)}
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
