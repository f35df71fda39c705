import { memo, type ReactNode } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { Markdown } from '../markdown/markdown.tsx'
import styles from './message.module.css'
import { MessageActions } from './message-actions.tsx'
import { Reasoning } from './reasoning.tsx'
import { ReplyNotices } from './reply-notices.tsx'
import { ReplyProgress, WritingRate } from './reply-progress.tsx'
import { ReplyStatus } from './reply-status.tsx'
import { useStreamedReply } from './reply-streams.ts'
import { ToolCalls } from './tool-calls.tsx'
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
      <Markdown text={text} isStreaming={isStreaming} />
      {isStreaming && <ReplyProgress reply={reply} streamed={streamed} />}
      <UnreadableLine message={reply} />
      {reply.toolCalls && <ToolCalls calls={reply.toolCalls} />}
      <ReplyNotices reply={reply} />
      <ReplyStatus reply={reply} isLast={isLast} />
      <MessageActions message={reply} isLast={isLast}>
        {isStreaming && <WritingRate streamed={streamed} />}
      </MessageActions>
    </article>
  )
})
