import { type ReactNode, useState } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'

/** Tells somebody who cannot see it that a reply has ended; reading it out piece by piece would only disturb. */
export function ReplyAnnouncer({ messages }: { messages: readonly Message[] }): ReactNode {
  const status = messages.at(-1)?.status
  const [said, setSaid] = useState({ status, words: '' })
  if (said.status !== status) {
    const hasEnded = said.status === 'streaming'
    const words = status === 'complete' ? t('transcript.replyDone') : t('transcript.replyEnded')
    setSaid({ status, words: hasEnded ? words : '' })
  }
  return <output className="visually-hidden">{said.words}</output>
}
