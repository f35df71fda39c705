import { type RefObject, useEffect, useEffectEvent, useLayoutEffect } from 'react'
import type { VirtualizerHandle } from 'virtua'
import { trashConversation } from '../../conversations/conversation-actions.ts'
import { useConversationList } from '../../conversations/conversation-list.ts'
import type { ListItem } from './group-conversations.ts'
import { rowForKey } from './list-keys.ts'
import { ROW_PX, startRenaming, useListState } from './list-state.ts'

interface ListKeysOptions {
  items: ListItem[]
  /** Index in `items` of the row that Tab reaches; -1 when there is none. */
  tabStopIndex: number
  list: RefObject<VirtualizerHandle | null>
  scroller: RefObject<HTMLElement | null>
}

/** The keys of the list: arrows, Home, End and pages move the focus; F2 renames; Delete moves to the trash. */
export function useListKeys({ items, tabStopIndex, list, scroller }: ListKeysOptions) {
  const goTo = useRowFocus(items, list)

  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const current = items[tabStopIndex]
    // The field of a rename has its own keys.
    if (event.target instanceof HTMLInputElement) return
    if (current?.type !== 'conversation' || event.ctrlKey || event.altKey || event.metaKey) return
    const rows = useConversationList.getState().rows
    const pageRows = Math.floor((scroller.current?.clientHeight ?? 0) / ROW_PX) - 1
    const target = rowForKey(event.key, current.position, rows.length, pageRows)
    if (event.key === 'End') void goToEnd(goTo)
    else if (target !== null) goTo(rows[target]?.id)
    else if (event.key === 'F2') startRenaming(current.row.id)
    else if (event.key === 'Delete') {
      goTo((rows[current.position + 1] ?? rows[current.position - 1])?.id)
      void trashConversation(current.row)
    } else return
    event.preventDefault()
  })

  useEffect(() => {
    const element = scroller.current
    const listen = (event: KeyboardEvent) => onKeyDown(event)
    element?.addEventListener('keydown', listen)
    return () => element?.removeEventListener('keydown', listen)
  }, [scroller])
}

/** End means the end of the whole list, not of what happens to be loaded. */
async function goToEnd(goTo: (id: string | undefined) => void): Promise<void> {
  await useConversationList.getState().loadAll()
  goTo(useConversationList.getState().rows.at(-1)?.id)
}

function useRowFocus(items: ListItem[], list: RefObject<VirtualizerHandle | null>) {
  const focusId = useListState((state) => state.focusId)

  useLayoutEffect(() => {
    if (!focusId) return
    const index = items.findIndex((item) => item.key === focusId)
    // The heading above the first row of all belongs in sight with it.
    if (index === 1) list.current?.scrollTo(0)
    else if (index >= 0) list.current?.scrollToIndex(index, { align: 'nearest' })
  }, [focusId, items, list])

  return (id: string | undefined) => {
    if (id) useListState.setState({ focusId: id })
  }
}
