import { ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { t } from '../i18n/i18n.ts'
import { Markdown } from '../markdown/markdown.tsx'
import { formatSeconds } from './format-numbers.ts'
import styles from './message.module.css'

interface ReasoningProps {
  text: string
  /** Null when not measured, or not over yet. */
  durationMs: number | null
  isStreaming: boolean
}

/** What the model thought before it answered: one folded line. */
export function Reasoning({ text, durationMs, isStreaming }: ReasoningProps): ReactNode {
  const [isOpen, setOpen] = useState(false)
  return (
    <div className={styles.reasoning}>
      <button type="button" className={styles.fold} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <ChevronRight aria-hidden />
        {label(durationMs, isStreaming)}
      </button>
      {isOpen && (
        <div className={styles.thoughts}>
          <Markdown text={text} isStreaming={isStreaming} />
        </div>
      )}
    </div>
  )
}

/** The finest that is told: less would read as 0 s. */
const SHOWN_FROM_MS = 100

function label(durationMs: number | null, isStreaming: boolean): string {
  if (isStreaming) return t('transcript.thinking')
  if (durationMs === null || durationMs < SHOWN_FROM_MS) return t('transcript.thought')
  return t('transcript.thoughtFor', { seconds: formatSeconds(durationMs) })
}
