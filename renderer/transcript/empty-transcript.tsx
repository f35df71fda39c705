import { Lock, MessageSquareText, Server } from 'lucide-react'
import type { ReactNode } from 'react'
import { useModelChoice } from '../header/model-choice.ts'
import { t } from '../i18n/i18n.ts'
import { usePreferences } from '../shell/preferences.ts'
import { shortcutLabel } from '../shell/shortcut-label.ts'
import { SystemPrompt } from './system-prompt.tsx'
import styles from './transcript.module.css'

/** A conversation without messages: where they will go, and how to send one. */
export function EmptyTranscript(): ReactNode {
  const { endpoint } = useModelChoice()
  const enterSends = usePreferences((state) => state.preferences?.enterSends ?? true)
  const send = enterSends ? 'Enter' : shortcutLabel('Mod+Enter')
  const line = enterSends ? shortcutLabel('Shift+Enter') : 'Enter'
  return (
    <div className={styles.empty}>
      <div className={styles.row}>
        <SystemPrompt />
      </div>
      <div className={styles.hints}>
        <h2>{t('transcript.emptyTitle')}</h2>
        <ul>
          {endpoint && (
            <li>
              <Server aria-hidden />
              {t('transcript.emptyTarget', { endpoint: endpoint.name })}
            </li>
          )}
          <li>
            <Lock aria-hidden />
            {t('transcript.emptySaved')}
          </li>
          <li>
            <MessageSquareText aria-hidden />
            {t('transcript.emptyKeys', { send, line })}
          </li>
        </ul>
      </div>
    </div>
  )
}
