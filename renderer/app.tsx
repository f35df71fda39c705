import { CSPProvider } from '@base-ui/react/csp-provider'
import { useEffect } from 'react'
import styles from './app.module.css'
import { useConversationList } from './conversations/conversation-list.ts'
import { usePreferencesResetNotice } from './notices/use-preferences-reset-notice.ts'
import { useAppState, watchAppState } from './shell/app-state.ts'
import { ConversationPane } from './shell/conversation-pane.tsx'
import { OpenDialog } from './shell/open-dialog.tsx'
import { FaultBoundary } from './shell/pages/fault-boundary.tsx'
import { HistoryClosed } from './shell/pages/history-closed.tsx'
import { OpeningHistory } from './shell/pages/opening-history.tsx'
import { SalvagePage } from './shell/pages/salvage-page.tsx'
import { useSalvage } from './shell/pages/salvage-state.ts'
import { usePreferences, watchPreferences } from './shell/preferences.ts'
import { useCommands } from './shell/use-commands.ts'
import { useShortcuts } from './shell/use-shortcuts.ts'
import { SidebarFrame } from './sidebar/sidebar-frame.tsx'
import { ToastRegion } from './ui/toast.tsx'
import { TooltipProvider } from './ui/tooltip.tsx'

/** The whole window: providers, then what the state of the history allows. */
export function App() {
  useEffect(watchAppState, [])
  useEffect(watchPreferences, [])
  usePreferencesResetNotice()
  return (
    // Style elements are refused by the policy of the window.
    <CSPProvider disableStyleElements>
      <TooltipProvider delay={500}>
        <FaultBoundary>
          <Content />
        </FaultBoundary>
        <ToastRegion />
      </TooltipProvider>
    </CSPProvider>
  )
}

function Content() {
  const { state, error } = useAppState()
  const preferencesKnown = usePreferences((store) => store.preferences !== null)
  const isSalvaging = useSalvage(({ phase }) => phase !== 'idle')
  const platform = state?.platform
  useEffect(() => {
    if (platform) document.documentElement.dataset.platform = platform
  }, [platform])

  if (isSalvaging) return <SalvagePage />
  if (error) return <HistoryClosed error={error} remedies={['retry']} />
  if (!state || !preferencesKnown) return <OpeningHistory updating={false} />
  if (state.history.state === 'opening') return <OpeningHistory {...state.history} />
  if (state.history.state === 'failed') return <HistoryClosed {...state.history} />
  return <Panes />
}

function Panes() {
  useEffect(() => useConversationList.getState().watch(), [])
  useShortcuts()
  useCommands()
  return (
    <div className={styles.panes}>
      <SidebarFrame />
      <ConversationPane />
      <OpenDialog />
    </div>
  )
}
