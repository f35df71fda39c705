import { memo, type ReactNode } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { Markdown } from '../markdown/markdown.tsx'
import { Button } from '../ui/button.tsx'
import { formatCount } from './format-numbers.ts'
import styles from './message.module.css'
import { MessageActions } from './message-actions.tsx'
import { Reasoning } from './reasoning.tsx'
import { ReplyStatus } from './reply-status.tsx'
import type { Progress, StreamedReply } from './reply-stream.ts'
import { followAgain, useStreamedReply } from './reply-streams.ts'
import { UnreadableLine } from './unreadable-line.tsx'

interface ReplyMessageProps {
  reply: Message
  isLast: boolean
}

/** A reply: plain text on the page, followed by how it ended and what can be done with it. */
export const ReplyMessage = memo(function ReplyMessage({ reply, isLast }: ReplyMessageProps): ReactNode {
  const streamed = useStreamedReply(reply.id)
  const isStreaming = reply.status === 'streaming'
  const { text, reasoning } = streamed ?? reply
  return (
    <article className={styles.reply} aria-label={t('transcript.reply')} aria-busy={isStreaming}>
      {reasoning !== '' && (
        <Reasoning text={reasoning} durationMs={reply.reasoningMs} isStreaming={isStreaming && text === ''} />
      )}
      {isStreaming && <Waiting reply={reply} streamed={streamed} />}
      <Markdown text={text} isStreaming={isStreaming} />
      <UnreadableLine message={reply} />
      <ReplyStatus reply={reply} isLast={isLast} />
      <MessageActions message={reply} isLast={isLast} />
    </article>
  )
})

/** One still line while there is no text yet; or why the reply cannot be followed. */
function Waiting({ reply, streamed }: { reply: Message; streamed: StreamedReply | null }): ReactNode {
  if (streamed?.error) {
    return (
      <div className={styles.status} data-kind="failed">
        <p className={styles.statusWords}>{streamed.error.message}</p>
        <Button onClick={() => followAgain(reply)}>{t('common.retry')}</Button>
      </div>
    )
  }
  if (streamed && (streamed.text !== '' || streamed.reasoning !== '')) return null
  return <output className={styles.phase}>{sayPhase(streamed?.progress ?? null, reply.endpointName)}</output>
}

function sayPhase(progress: Progress | null, endpoint: string | null): string {
  switch (progress?.phase) {
    case 'queued':
      return t('transcript.queued')
    case 'loading':
      return t('transcript.loadingModel')
    case 'reading':
      if (progress.processed === null || progress.total === null) return t('transcript.reading')
      return t('transcript.readingProgress', {
        processed: formatCount(progress.processed),
        total: formatCount(progress.total),
      })
    case 'writing':
      return t('transcript.writing')
    case 'connecting':
    case undefined:
      return endpoint ? t('transcript.connectingTo', { endpoint }) : t('transcript.connecting')
  }
}
