import { CSPProvider } from '@base-ui/react/csp-provider'
import styles from './app.module.css'
import { Composer } from './composer/composer.tsx'
import { Header } from './header/header.tsx'
import { useSelection } from './sidebar/selection.ts'
import { Transcript } from './transcript/transcript.tsx'
import { ToastRegion } from './ui/toast.tsx'
import { TooltipProvider } from './ui/tooltip.tsx'

/** The whole window: providers, then the panes. */
export function App() {
  return (
    // Style elements are refused by the policy of the window.
    <CSPProvider disableStyleElements>
      <TooltipProvider delay={500}>
        <Panes />
        <ToastRegion />
      </TooltipProvider>
    </CSPProvider>
  )
}

function Panes() {
  const conversationId = useSelection((state) => state.conversationId)
  return (
    <div className={styles.panes}>
      <main className={styles.main}>
        <Header />
        {conversationId ? (
          <>
            <Transcript conversationId={conversationId} />
            <Composer conversationId={conversationId} />
          </>
        ) : null}
      </main>
    </div>
  )
}
