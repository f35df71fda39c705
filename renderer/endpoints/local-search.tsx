import { Search } from 'lucide-react'
import { useState } from 'react'
import type { CallOutput } from '../../shared/contract-types.ts'
import type { AppError } from '../../shared/errors.ts'
import { knownServers } from '../../shared/known-servers.ts'
import type { Endpoint } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { asAppError } from '../shell/app-state.ts'
import { Button } from '../ui/button.tsx'
import { Note } from '../ui/note.tsx'
import styles from './endpoints.module.css'
import { FoundServers } from './found-servers.tsx'

type Found = CallOutput<'endpoints.search'>

interface LocalSearchProps {
  onConnected: (endpoint: Endpoint) => void
  /** The server at this address wants a key first. */
  onAskKey: (baseUrl: string) => void
}

/** Looks for servers on this computer, only when the button is pressed. */
export function LocalSearch(way: LocalSearchProps) {
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
      {found && found.length > 0 ? <FoundServers found={found} {...way} /> : null}
    </>
  )
}

const lookedFor = new Intl.ListFormat(undefined, { type: 'conjunction' }).format(
  new Set(knownServers.map(({ server }) => server)),
)
