import { type ReactNode, useEffect } from 'react'
import { onPush } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { EmptyTranscript } from './empty-transcript.tsx'
import { MessageList } from './message-list.tsx'
import { useConversationWatch } from './open-conversation.ts'
import { followReplies } from './reply-streams.ts'
import styles from './transcript.module.css'
import { type LoadedTranscript, reloadTranscript, useTranscript } from './transcript-store.ts'

/** The messages of the conversation in front. */
export function Transcript({ conversationId }: { conversationId: string }): ReactNode {
  const transcript = useTranscript(conversationId)
  useConversationWatch(conversationId)
  useTranscriptWatch(conversationId)
  useEffect(() => followReplies(transcript.messages), [transcript.messages])
  useEffect(() => () => followReplies([]), [])

  if (!transcript.isLoaded) return <Loading conversationId={conversationId} transcript={transcript} />
  const isEmpty = transcript.messages.length === 0 && transcript.pendingText === null
  if (isEmpty) return <EmptyTranscript />
  return <MessageList key={conversationId} conversationId={conversationId} transcript={transcript} />
}

function useTranscriptWatch(conversationId: string): void {
  useEffect(() => {
    void reloadTranscript(conversationId)
    return onPush('messages.changed', (changed) => {
      if (changed.conversationId === conversationId) void reloadTranscript(conversationId)
    })
  }, [conversationId])
}

interface LoadingProps {
  conversationId: string
  transcript: LoadedTranscript
}

function Loading({ conversationId, transcript: { error } }: LoadingProps): ReactNode {
  if (!error) {
    return (
      <div className={styles.centre}>
        <output className={styles.loading}>{t('transcript.loading')}</output>
      </div>
    )
  }
  return (
    <div className={styles.centre} role="alert">
      <p>{t('transcript.loadFailed')}</p>
      <p className={styles.muted}>{error.message}</p>
      <Button onClick={() => void reloadTranscript(conversationId)}>{t('common.retry')}</Button>
    </div>
  )
}
