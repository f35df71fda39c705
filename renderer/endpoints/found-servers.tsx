import { useEffect, useState } from 'react'
import type { CallOutput } from '../../shared/contract-types.ts'
import type { Endpoint, ReplyError } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { asAppError } from '../shell/app-state.ts'
import { formatCount } from '../transfer/format-size.ts'
import { Button } from '../ui/button.tsx'
import { createFoundEndpoint } from './create-endpoint.ts'
import styles from './endpoints.module.css'

type FoundServer = CallOutput<'endpoints.search'>[number]

interface FoundServersProps {
  found: readonly FoundServer[]
  onConnected: (endpoint: Endpoint) => void
  /** The server at this address wants a key first. */
  onAskKey: (baseUrl: string) => void
}

/** What answered on this computer, each with its models and the window that is loaded. */
export function FoundServers({ found, ...rest }: FoundServersProps) {
  return (
    <ul className={styles.found} aria-label={t('endpoints.found')}>
      {found.map((server) => (
        <FoundRow key={server.baseUrl} server={server} {...rest} />
      ))}
    </ul>
  )
}

function FoundRow({ server, onConnected, onAskKey }: Omit<FoundServersProps, 'found'> & { server: FoundServer }) {
  const problem = useProblem(server)
  const wantsKey = problem?.code === 'endpoint-key-refused'
  return (
    <li className={styles.foundRow}>
      <div className={styles.foundWords}>
        <strong>{server.server}</strong>
        <span className={styles.muted}>{server.baseUrl}</span>
        <span className={styles.muted} dir="auto">
          {wantsKey ? t('endpoints.wantsKey') : (problem?.message ?? modelsText(server.models))}
        </span>
      </div>
      {wantsKey ? (
        <Button onClick={() => onAskKey(server.baseUrl)}>{t('endpoints.enterKey')}</Button>
      ) : (
        <Button
          aria-label={t('endpoints.useServer', { server: server.server })}
          onClick={() => void createFoundEndpoint(server).then(onConnected, showError)}
        >
          {t('endpoints.use')}
        </Button>
      )}
    </li>
  )
}

/** Why a server that was found lists no model: a test tells whether it wants a key, loads one or has none. */
function useProblem({ baseUrl, models }: FoundServer): Pick<ReplyError, 'code' | 'message'> | null {
  const [problem, setProblem] = useState<Pick<ReplyError, 'code' | 'message'> | null>(null)
  const isEmpty = models.length === 0
  useEffect(() => {
    if (!isEmpty) return
    let isShown = true
    const tell = (next: typeof problem) => isShown && setProblem(next)
    call('endpoints.testAddress', { baseUrl, key: null }).then(
      (test) => tell(test.error),
      (cause: unknown) => tell(asAppError(cause)),
    )
    return () => {
      isShown = false
    }
  }, [baseUrl, isEmpty])
  return problem
}

/** The first model by name with the window that is loaded, and how many more there are. */
function modelsText(models: FoundServer['models']): string {
  const [first] = models
  if (first === undefined) return t('endpoints.modelCount', { count: 0 })
  const { id: model, windowTokens } = first
  const named = windowTokens === null ? model : t('endpoints.modelWindow', { model, tokens: formatCount(windowTokens) })
  return models.length === 1 ? named : `${named} · ${t('endpoints.moreModels', { count: models.length - 1 })}`
}
