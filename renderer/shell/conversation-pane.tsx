import { MessageSquare, Plus } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Composer } from '../composer/composer.tsx'
import { newConversation } from '../conversations/conversation-actions.ts'
import { Header } from '../header/header.tsx'
import { t } from '../i18n/i18n.ts'
import { DamageBanner } from '../notices/damage-banner.tsx'
import { ReadOnlyBanner } from '../notices/read-only-banner.tsx'
import { useSelection } from '../sidebar/selection.ts'
import { Transcript } from '../transcript/transcript.tsx'
import { TrashPage } from '../trash/trash-page.tsx'
import { Button } from '../ui/button.tsx'
import { WelcomePage } from '../welcome/welcome-page.tsx'
import { useIsReadOnly } from './app-state.ts'
import styles from './conversation-pane.module.css'
import { FaultBoundary } from './pages/fault-boundary.tsx'
import { FullPage } from './pages/full-page.tsx'
import { PlainHeader } from './pages/plain-header.tsx'
import { shortcutLabel } from './shortcut-label.ts'
import { useMarkRead } from './use-mark-read.ts'
import { useServerData } from './use-server-data.ts'

/** The main pane: the conversation in front, the trash, or the first page while there is no endpoint. */
export function ConversationPane() {
  const { conversationId, place } = useSelection()
  const endpoints = useServerData('endpoints.list', {}, 'endpoints.changed')
  const ready = endpoints.data !== null || endpoints.error !== null
  const noEndpoint = endpoints.data?.length === 0
  const readOnly = useIsReadOnly()
  useMarkRead(place === 'conversation' && !readOnly ? conversationId : null)
  const starting = useStartWithNew(ready, noEndpoint || readOnly)

  if (place === 'trash') {
    return (
      <main className={styles.main}>
        <TrashPage />
      </main>
    )
  }
  if (conversationId) {
    return (
      <main className={styles.main}>
        <Header />
        <ReadOnlyBanner />
        <DamageBanner />
        {/* One conversation that cannot be drawn must not keep the others from being opened. */}
        <FaultBoundary key={conversationId}>
          <Transcript conversationId={conversationId} />
        </FaultBoundary>
        <Composer conversationId={conversationId} />
      </main>
    )
  }
  return (
    <main className={styles.main}>
      <PlainHeader />
      <ReadOnlyBanner />
      <DamageBanner />
      {noEndpoint ? <WelcomePage /> : null}
      {ready && !noEndpoint && !starting ? <NothingInFront /> : null}
    </main>
  )
}

/**
 * Opens an empty conversation once at the start, so that a person can type at once; the first page does it itself.
 * True while that is under way.
 */
function useStartWithNew(ready: boolean, impossible: boolean): boolean {
  const [starting, setStarting] = useState(true)
  const begun = useRef(false)
  useEffect(() => {
    if (!ready || begun.current) return
    begun.current = true
    const { conversationId, place } = useSelection.getState()
    const needed = !impossible && !conversationId && place === 'conversation'
    void (needed ? newConversation() : Promise.resolve()).then(() => setStarting(false))
  }, [ready, impossible])
  return starting
}

function NothingInFront() {
  return (
    <FullPage
      icon={<MessageSquare aria-hidden />}
      title={t('shell.nothingTitle')}
      actions={
        <Button look="primary" onClick={() => void newConversation()}>
          <Plus />
          {t('sidebar.create')}
        </Button>
      }
    >
      <p>{t('shell.nothingText', { shortcut: shortcutLabel('Mod+N') })}</p>
    </FullPage>
  )
}
