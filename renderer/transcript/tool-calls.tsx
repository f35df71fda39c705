import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { ToolCall } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import styles from './message.module.css'

/** Tools that the model asked for, as data: nothing is run, and what the model wrote stays text. */
export function ToolCalls({ calls }: { calls: readonly ToolCall[] }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const names = calls.map(({ name }) => name || t('transcript.toolUnnamed')).join(', ')
  return (
    <div className={`${styles.reasoning} ${styles.tools}`}>
      <button type="button" className={styles.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight aria-hidden />
        <span className={styles.foldWords}>{t('transcript.toolsAsked', { count: calls.length, names })}</span>
      </button>
      {isOpen && (
        <div className={styles.thoughts}>
          <p>{t('transcript.toolsText')}</p>
          {calls.map((call, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list of a finished reply never changes, and ids may repeat
            <pre key={index} className={styles.toolCall} dir="ltr">
              {`${call.name}\n${pretty(call.arguments)}`}
            </pre>
          ))}
        </div>
      )}
    </div>
  )
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
