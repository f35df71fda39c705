import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'

/** Tells somebody who cannot see it that a reply has ended; reading it out piece by piece would only disturb. */
export function ReplyAnnouncer({ messages }: { messages: readonly Message[] }): ReactNode {
  const last = messages.at(-1)
  const wasStreaming = useRef(false)
  const [words, setWords] = useState('')
  useEffect(() => {
    const isStreaming = last?.status === 'streaming'
    if (wasStreaming.current && !isStreaming) {
      setWords(last?.status === 'complete' ? t('transcript.replyDone') : t('transcript.replyEnded'))
    }
    if (isStreaming) setWords('')
    wasStreaming.current = isStreaming
  }, [last?.status])
  return (
    <p className="visually-hidden" role="status">
      {words}
    </p>
  )
}
