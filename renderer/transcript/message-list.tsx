import { ArrowDown } from 'lucide-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { Virtualizer } from 'virtua'
import { t } from '../i18n/i18n.ts'
import { keyboardScrollable } from '../markdown/keyboard-scrollable.ts'
import { Button } from '../ui/button.tsx'
import { CutLine } from './cut-line.tsx'
import { OtherMessage } from './other-message.tsx'
import { ReplyAnnouncer } from './reply-announcer.tsx'
import { ReplyMessage } from './reply-message.tsx'
import { SystemPrompt } from './system-prompt.tsx'
import styles from './transcript.module.css'
import { type Row, transcriptRows } from './transcript-rows.ts'
import { scrollTranscriptByAnyKey } from './transcript-scroller.ts'
import { type LoadedTranscript, loadOlder, reloadTranscript } from './transcript-store.ts'
import { useTranscriptScroll } from './use-transcript-scroll.ts'
import { PendingMessage, UserMessage } from './user-message.tsx'

const scrolledByKeys = { ...keyboardScrollable, onKeyDown: scrollTranscriptByAnyKey }

interface MessageListProps {
  conversationId: string
  transcript: LoadedTranscript
}

/** The loaded messages in a virtual list that keeps the reader's place. */
export function MessageList({ conversationId, transcript }: MessageListProps): ReactNode {
  const rows = useMemo(() => transcriptRows(transcript), [transcript])
  const older = useCallback(() => void loadOlder(conversationId), [conversationId])
  const { handle, isAtEnd, isPlaced, onScroll, onResize, toEnd } = useTranscriptScroll(conversationId, rows, older)
  const isPrepended = useIsPrepended(rows)
  return (
    <div className={styles.frame}>
      {transcript.isLoadingOlder && <output className={styles.older}>{t('transcript.loadingOlder')}</output>}
      {transcript.error && (
        <p className={styles.older} role="alert">
          {transcript.error.message}{' '}
          <Button onClick={() => void reloadTranscript(conversationId).then(older)}>{t('common.retry')}</Button>
        </p>
      )}
      <section
        className={styles.scroll}
        data-placed={isPlaced || undefined}
        aria-label={t('transcript.label')}
        {...scrolledByKeys}
      >
        <Virtualizer
          ref={handle}
          data={rows}
          shift={isPrepended}
          onScroll={onScroll}
          onResize={onResize}
          bufferSize={600}
        >
          {(row) => (
            <div key={row.key} className={styles.row} data-type={row.type} data-last={row === rows.at(-1) || undefined}>
              <RowContent row={row} />
            </div>
          )}
        </Virtualizer>
      </section>
      <ReplyAnnouncer messages={transcript.messages} />
      {!isAtEnd && (
        <button type="button" className={styles.toLatest} onClick={toEnd}>
          <ArrowDown aria-hidden />
          {t('transcript.toLatest')}
        </button>
      )}
    </div>
  )
}

function RowContent({ row }: { row: Row }): ReactNode {
  switch (row.type) {
    case 'system':
      return <SystemPrompt />
    case 'cut':
      return <CutLine sent={row.sent} />
    case 'pending':
      return <PendingMessage text={row.text} />
    case 'message':
      if (row.message.role === 'user') return <UserMessage message={row.message} isLast={row.isLast} />
      if (row.message.role === 'assistant') return <ReplyMessage reply={row.message} isLast={row.isLast} />
      return <OtherMessage message={row.message} />
  }
}

/** True for the drawings of rows that were added before the former first one: then its place must not move. */
function useIsPrepended(rows: readonly Row[]): boolean {
  const [former, setFormer] = useState({ rows, isPrepended: false })
  if (former.rows !== rows) {
    const isLonger = rows.length > former.rows.length
    const isSameEnd = rows.at(-1)?.key === former.rows.at(-1)?.key
    setFormer({ rows, isPrepended: isLonger && isSameEnd && rows[0]?.key !== former.rows[0]?.key })
  }
  return former.isPrepended
}
