import { type ReactNode, useEffect, useState } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { useConversationList } from '../conversations/conversation-list.ts'
import { displayTitle } from '../conversations/display-title.ts'
import { t } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Progress as ProgressBar } from '../ui/progress.tsx'
import { formatClock, formatCount, formatRate } from './format-numbers.ts'
import styles from './message.module.css'
import { readingRest } from './reading-rest.ts'
import type { Progress, StreamedReply } from './reply-stream.ts'
import { followAgain } from './reply-streams.ts'

/** Shorter waits are not worth a number. */
const COUNTED_FROM_MS = 3_000

interface ReplyProgressProps {
  reply: Message
  streamed: StreamedReply | null
}

/** What is going on while no text comes yet, also below the text of one that is continued; or why the reply cannot be followed. */
export function ReplyProgress({ reply, streamed }: ReplyProgressProps): ReactNode {
  if (streamed?.error) {
    return (
      <div className={styles.status} data-kind="failed">
        <p className={styles.statusWords}>{streamed.error.message}</p>
        <Button onClick={() => followAgain(reply)}>{t('common.retry')}</Button>
      </div>
    )
  }
  const progress = streamed?.progress ?? null
  const hasBegun = streamed !== null && streamed.text + streamed.reasoning !== ''
  if (hasBegun && (progress === null || progress.phase === 'writing')) return null
  const part = partRead(progress)
  const rest = restMs(streamed)
  return (
    <div className={styles.waiting}>
      <p className={styles.phase}>
        {/* Said aloud once for each phase; what ticks stands outside, so that it can be read but does not disturb. */}
        <output>{sayPhase(progress, reply.endpointName)}</output>
        <span className={styles.counts}>
          {progress?.phase === 'queued' && <QueuedBehind conversationId={reply.conversationId} />}
          {part !== null && ` · ${sayPart(progress)}`}
          {rest !== null && ` · ${t('transcript.readingRest', { time: formatClock(rest) })}`}
          {rest === null && streamed && <Elapsed key={streamed.phaseSince} since={streamed.phaseSince} />}
        </span>
      </p>
      {part !== null && (
        <div className={styles.prefill}>
          <ProgressBar label={t('transcript.reading')} value={part} />
        </div>
      )}
    </div>
  )
}

/** How fast a reply is being written, in the place where its facts will stand. */
export function WritingRate({ streamed }: { streamed: StreamedReply | null }): ReactNode {
  const { progress, text = '', reasoning = '' } = streamed ?? { progress: null }
  if (progress?.phase !== 'writing' || progress.tokensPerSecond === null || text + reasoning === '') return null
  return (
    <span className={styles.rate}>{t('transcript.factSpeed', { speed: formatRate(progress.tokensPerSecond) })}</span>
  )
}

/** How long the present phase has lasted, once that is a few seconds. */
function Elapsed({ since }: { since: number }): ReactNode {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  if (now - since < COUNTED_FROM_MS) return null
  return ` · ${formatClock(now - since)}`
}

/** The conversation whose reply comes first, where only one can be meant. */
function QueuedBehind({ conversationId }: { conversationId: string }): ReactNode {
  const writing = useConversationList(({ rows }) => {
    const others = rows.filter(({ id, streaming }) => streaming && id !== conversationId)
    return others.length === 1 ? others[0] : undefined
  })
  return writing ? ` · ${t('transcript.queuedBehind', { title: displayTitle(writing) })}` : null
}

function restMs(streamed: StreamedReply | null): number | null {
  const total = streamed?.progress?.total
  return streamed?.reading && total ? readingRest(streamed.reading, total) : null
}

/** From 0 to 1; null where the server does not tell. */
function partRead(progress: Progress | null): number | null {
  if (progress?.phase !== 'reading' || progress.processed === null || !progress.total) return null
  return Math.min(1, progress.processed / progress.total)
}

function sayPart(progress: Progress | null): string {
  const { processed, total } = progress ?? {}
  if (!processed || !total) return '0 %'
  const percent = Math.min(100, Math.round((100 * processed) / total))
  return t('transcript.readingPart', { percent, processed: formatCount(processed), total: formatCount(total) })
}

function sayPhase(progress: Progress | null, endpoint: string | null): string {
  switch (progress?.phase) {
    case 'queued':
      return t('transcript.queued')
    case 'loading':
      return t('transcript.loadingModel')
    case 'reading':
      return t('transcript.reading')
    case 'writing':
      return t('transcript.writing')
    case 'connecting':
    case undefined:
      return endpoint ? t('transcript.connectingTo', { endpoint }) : t('transcript.connecting')
  }
}
