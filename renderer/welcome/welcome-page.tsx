import { LockKeyhole } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { newConversation } from '../conversations/conversation-actions.ts'
import { ConnectForm } from '../endpoints/connect-form.tsx'
import { createDemoEndpoint } from '../endpoints/create-endpoint.ts'
import { LocalSearch } from '../endpoints/local-search.tsx'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { useAppState } from '../shell/app-state.ts'
import { keyProtectionText } from '../shell/key-protection-text.ts'
import { Button } from '../ui/button.tsx'
import styles from './welcome-page.module.css'

/** The first page: an address, a search on this computer, or the demo. Nothing is asked anywhere before a button says so. */
export function WelcomePage() {
  const state = useAppState((store) => store.state)
  const [keyFor, setKeyFor] = useState<string | null>(null)
  const onConnected = () => void newConversation()
  return (
    <div className={styles.page}>
      <div className={styles.column}>
        <div className={styles.intro}>
          <h1 className={styles.title}>{t('welcome.title')}</h1>
          <p className={styles.lead}>{t('welcome.lead')}</p>
        </div>
        <Way title={t('welcome.searchTitle')} text={t('welcome.searchText')}>
          <LocalSearch onConnected={onConnected} onAskKey={setKeyFor} />
        </Way>
        <Way title={t('welcome.addressTitle')} text={t('welcome.addressText')}>
          <ConnectForm key={keyFor} keyFor={keyFor} onConnected={onConnected} />
        </Way>
        <Way title={t('welcome.demoTitle')} text={t('welcome.demoText')}>
          <div>
            <Button onClick={() => void createDemoEndpoint().then(onConnected, showError)}>{t('welcome.demo')}</Button>
          </div>
        </Way>
        <p className={styles.privacy}>
          <LockKeyhole aria-hidden />
          <span>
            {t('welcome.privacy')} {state ? keyProtectionText(state) : ''}
          </span>
        </p>
      </div>
    </div>
  )
}

function Way({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={styles.way} aria-label={title}>
      <div>
        <h2>{title}</h2>
        <p className={styles.muted}>{text}</p>
      </div>
      {children}
    </section>
  )
}
