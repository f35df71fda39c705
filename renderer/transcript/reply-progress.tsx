import { type ReactNode, useEffect, useState } from 'react'
import type { Message } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Progress as ProgressBar } from '../ui/progress.tsx'
import { formatCount, formatRate } from './format-numbers.ts'
import styles from './message.module.css'
import type { Progress, StreamedReply } from './reply-stream.ts'
import { followAgain } from './reply-streams.ts'

/** Shorter waits are not worth a number. */
const COUNTED_FROM_S = 3

interface ReplyProgressProps {
  reply: Message
  streamed: StreamedReply | null
}

/** What is going on while there is no text yet; or why the reply cannot be followed. */
export function ReplyProgress({ reply, streamed }: ReplyProgressProps): ReactNode {
  if (streamed?.error) {
    return (
      <div className={styles.status} data-kind="failed">
        <p className={styles.statusWords}>{streamed.error.message}</p>
        <Button onClick={() => followAgain(reply)}>{t('common.retry')}</Button>
      </div>
    )
  }
  if (streamed && (streamed.text !== '' || streamed.reasoning !== '')) return null
  const progress = streamed?.progress ?? null
  const part = partRead(progress)
  return (
    <div className={styles.waiting}>
      <p className={styles.phase}>
        {/* Said once for each phase; numbers that tick are for the eye. */}
        <output>{sayPhase(progress, reply.endpointName)}</output>
        <span aria-hidden>
          {part !== null && ` ${sayPart(progress)}`}
          <Elapsed key={progress?.phase} />
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
    <span className={styles.rate} aria-hidden>
      {t('transcript.factSpeed', { speed: formatRate(progress.tokensPerSecond) })}
    </span>
  )
}

/** Seconds in the present phase, once they are a few. */
function Elapsed(): ReactNode {
  const [seconds, setSeconds] = useState(0)
  useEffect(() => {
    const startedAt = performance.now()
    const timer = setInterval(() => setSeconds(Math.floor((performance.now() - startedAt) / 1_000)), 1_000)
    return () => clearInterval(timer)
  }, [])
  if (seconds < COUNTED_FROM_S) return null
  return ` · ${t('transcript.elapsed', { time: clock(seconds) })}`
}

/** Seconds as `42 s` or `3:05`. */
function clock(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
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
