import { Check, ChevronLeft, ChevronRight, Copy, RefreshCw } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { useCopy } from '../notices/use-copy.ts'
import { IconButton } from '../ui/button.tsx'
import styles from './message.module.css'
import { replyFacts } from './reply-facts.ts'
import { restartReply } from './start-reply.ts'
import { reloadTranscript } from './transcript-store.ts'

interface MessageActionsProps {
  message: Message
  isLast: boolean
  /** Stands where the facts will stand. */
  children?: ReactNode
}

/** The row below a message: its place is always kept, so showing it moves nothing. */
export function MessageActions({ message, isLast, children }: MessageActionsProps): ReactNode {
  const isReply = message.role === 'assistant'
  const isStreaming = message.status === 'streaming'
  return (
    <div className={styles.actions} data-shown={(isLast && isReply && !isStreaming) || undefined}>
      {message.siblingIds.length > 1 && !isStreaming && <SiblingSwitch message={message} />}
      {!isStreaming && message.text !== '' && <CopyMessage text={message.text} />}
      {isReply && !isStreaming && (
        <IconButton
          label={t('transcript.regenerate')}
          onClick={() => void restartReply(message.conversationId, { type: 'regenerate', messageId: message.id })}
        >
          <RefreshCw />
        </IconButton>
      )}
      {isReply && !isStreaming && <span className={styles.facts}>{replyFacts(message)}</span>}
      {children}
    </div>
  )
}

function SiblingSwitch({ message }: { message: Message }): ReactNode {
  const { siblingIds, siblingIndex, conversationId } = message
  const go = (step: number) => {
    const messageId = siblingIds[siblingIndex + step]
    if (messageId === undefined) return
    call('conversations.selectBranch', { conversationId, messageId })
      .then(() => reloadTranscript(conversationId))
      .catch(showError)
  }
  const place = { index: siblingIndex + 1, count: siblingIds.length }
  return (
    <span className={styles.siblings}>
      <IconButton label={t('transcript.previousVersion')} disabled={siblingIndex === 0} onClick={() => go(-1)}>
        <ChevronLeft />
      </IconButton>
      <span aria-hidden>
        {place.index}/{place.count}
      </span>
      <span className="visually-hidden">{t('transcript.version', place)}</span>
      <IconButton
        label={t('transcript.nextVersion')}
        disabled={siblingIndex === siblingIds.length - 1}
        onClick={() => go(1)}
      >
        <ChevronRight />
      </IconButton>
    </span>
  )
}

/** Copies the Markdown as it was written, not the drawn text. */
function CopyMessage({ text }: { text: string }): ReactNode {
  const { isCopied, copy } = useCopy(text)
  return (
    <IconButton label={isCopied ? t('transcript.copied') : t('transcript.copyMessage')} onClick={copy}>
      {isCopied ? <Check /> : <Copy />}
    </IconButton>
  )
}
