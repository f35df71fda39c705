import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef } from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { useConversationList } from '../../conversations/conversation-list.ts'
import { t } from '../../i18n/i18n.ts'
import { Button } from '../../ui/button.tsx'
import { useSelection } from '../selection.ts'
import { ConversationRow } from './conversation-row.tsx'
import { groupConversations, type ListItem } from './group-conversations.ts'
import { GroupHeading } from './group-heading.tsx'
import { ROW_PX, useListState } from './list-state.ts'
import { RowMenu } from './row-menu.tsx'
import styles from './sidebar-list.module.css'
import { useListKeys } from './use-list-keys.ts'
import { useToday } from './use-today.ts'

/** Rows left below the sight when the next page is asked for. */
const AHEAD_ROWS = 80

/** The conversations under their headings; only what is in sight is in the page, so 20,000 rows cost as much as 20. */
export function SidebarList() {
  const { rows, status, error, loadMore, reload } = useConversationList()
  const today = useToday()
  const items = useMemo(() => groupConversations(rows, today), [rows, today])
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useRef<VirtualizerHandle>(null)
  const selectedId = useSelection((state) => state.conversationId)
  const activeId = useListState((state) => state.activeId)

  const tabStopIndex = useTabStop(items, activeId ?? selectedId)
  useListKeys({ items, tabStopIndex, list: virtualizer, scroller })
  useKeepSelectionInSight(items, selectedId, virtualizer)

  const focusId = useListState((state) => state.focusId)
  const kept = useMemo(() => {
    const wanted = focusId ? items.findIndex((item) => item.key === focusId) : -1
    return [tabStopIndex, wanted].filter((index) => index >= 0)
  }, [items, tabStopIndex, focusId])
  const onScroll = () => {
    const handle = virtualizer.current
    if (handle && handle.scrollSize - handle.scrollOffset - handle.viewportSize < AHEAD_ROWS * ROW_PX) loadMore()
  }
  return (
    <div ref={scroller} className={styles.scroller}>
      <Virtualizer
        ref={virtualizer}
        data={items}
        as="ul"
        item="li"
        itemSize={ROW_PX}
        scrollRef={scroller as RefObject<HTMLElement | null>}
        keepMounted={kept}
        onScroll={onScroll}
      >
        {(item, index) =>
          item.type === 'heading' ? (
            <GroupHeading key={item.key} group={item.group} />
          ) : (
            <ConversationRow key={item.key} row={item.row} tabStop={index === tabStopIndex} />
          )
        }
      </Virtualizer>
      {status === 'failed' ? (
        <div className={styles.failed} role="alert">
          <p>{error?.message}</p>
          <Button onClick={reload}>{t('common.retry')}</Button>
        </div>
      ) : null}
      <RowMenu />
    </div>
  )
}

function useTabStop(items: ListItem[], id: string | null): number {
  return useMemo(() => {
    const index = items.findIndex((item) => item.key === id)
    return index >= 0 ? index : items.findIndex((item) => item.type === 'conversation')
  }, [items, id])
}

function useKeepSelectionInSight(
  items: ListItem[],
  selectedId: string | null,
  list: RefObject<VirtualizerHandle | null>,
) {
  const newest = useRef(items)
  useLayoutEffect(() => {
    newest.current = items
  }, [items])
  useEffect(() => {
    const index = newest.current.findIndex((item) => item.key === selectedId)
    if (index >= 0) list.current?.scrollToIndex(index, { align: 'nearest' })
  }, [selectedId, list])
}
