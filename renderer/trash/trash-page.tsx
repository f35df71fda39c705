import { ArchiveRestore, Trash2 } from 'lucide-react'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import type { ConversationRow } from '../../shared/record-types.ts'
import { openConversation, restoreConversation } from '../conversations/conversation-actions.ts'
import { useTrashList } from '../conversations/conversation-list.ts'
import { displayTitle, quotedTitle } from '../conversations/display-title.ts'
import { t } from '../i18n/i18n.ts'
import { ReadOnlyBanner } from '../notices/read-only-banner.tsx'
import { FullPage } from '../shell/pages/full-page.tsx'
import { PlainHeader } from '../shell/pages/plain-header.tsx'
import { relativeTime } from '../shell/relative-time.ts'
import { Button } from '../ui/button.tsx'
import { showToast } from '../ui/toast.tsx'
import styles from './trash-page.module.css'

const AHEAD_PX = 1_500

/** The conversations in the trash, each with its way back. */
export function TrashPage() {
  const { rows, status, error, reload } = useTrashList()
  useEffect(() => useTrashList.getState().watch(), [])
  return (
    <>
      <PlainHeader title={t('trash.title')} />
      <ReadOnlyBanner />
      {rows.length > 0 ? <TrashList rows={rows} /> : null}
      {rows.length === 0 && status === 'ready' ? (
        <FullPage icon={<Trash2 aria-hidden />} title={t('trash.emptyTitle')}>
          <p>{t('trash.emptyText')}</p>
        </FullPage>
      ) : null}
      {status === 'failed' ? (
        <FullPage title={t('trash.failed')} actions={<Button onClick={reload}>{t('common.retry')}</Button>}>
          <p role="alert">{error?.message}</p>
        </FullPage>
      ) : null}
    </>
  )
}

function TrashList({ rows }: { rows: ConversationRow[] }) {
  const total = useTrashList((state) => state.total)
  const loadMore = useTrashList((state) => state.loadMore)
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const [now] = useState(() => Date.now())
  const onScroll = () => {
    const handle = list.current
    if (handle && handle.scrollSize - handle.scrollOffset - handle.viewportSize < AHEAD_PX) loadMore()
  }
  return (
    <div ref={scroller} className={styles.scroller}>
      <p className={styles.intro}>
        {t('trash.count', { count: total })} {t('trash.text')}
      </p>
      <Virtualizer
        ref={list}
        data={rows}
        as="ul"
        item="li"
        startMargin={72}
        scrollRef={scroller as RefObject<HTMLElement | null>}
        onScroll={onScroll}
      >
        {(row) => <TrashRow key={row.id} row={row} now={now} />}
      </Virtualizer>
    </div>
  )
}

function TrashRow({ row, now }: { row: ConversationRow; now: number }) {
  const restore = async () => {
    if (!(await restoreConversation(row.id))) return
    showToast({
      text: t('trash.restored', { title: quotedTitle(row) }),
      action: { label: t('trash.open'), run: () => openConversation(row.id) },
    })
  }
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <span className={styles.title} dir="auto">
          {displayTitle(row)}
        </span>
        <span className={styles.when}>
          {t('trash.moved', { when: relativeTime(row.trashedAt ?? row.updatedAt, now) })}
        </span>
      </div>
      <Button aria-label={t('trash.restoreTitle', { title: displayTitle(row) })} onClick={() => void restore()}>
        <ArchiveRestore />
        {t('trash.restore')}
      </Button>
    </div>
  )
}
