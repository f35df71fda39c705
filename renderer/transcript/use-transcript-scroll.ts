import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { VirtualizerHandle } from 'virtua'
import { placeIn, rememberPlace } from './scroll-memory.ts'
import type { Row } from './transcript-rows.ts'
import { setTranscriptScroller } from './transcript-scroller.ts'

/** How near to the end still counts as being there. */
const END_PX = 24
/** Older messages are asked for this far before their place comes into view. */
const OLDER_PX = 1_500

interface TranscriptScroll {
  handle: RefObject<VirtualizerHandle | null>
  /** Whether the reader is at the end, so that new text is followed. */
  isAtEnd: boolean
  /** False for the moment until the first place is reached. */
  isPlaced: boolean
  onScroll: () => void
  onResize: () => void
  toEnd: () => void
}

/**
 * Keeps the reader's place: opens where it was left, follows the end only while the reader is there, and asks for
 * older messages in time. All scrolling goes through the virtualizer, which knows what it has not measured yet.
 */
export function useTranscriptScroll(
  conversationId: string,
  rows: readonly Row[],
  loadOlder: () => void,
): TranscriptScroll {
  const handle = useRef<VirtualizerHandle>(null)
  const follows = useRef(true)
  const lastOffset = useRef(0)
  const rowsNow = useRef(rows)
  useLayoutEffect(() => {
    rowsNow.current = rows
  }, [rows])
  const [isAtEnd, setAtEnd] = useState(true)
  const [isPlaced, setPlaced] = useState(false)

  const toEnd = useCallback(() => {
    follows.current = true
    setAtEnd(true)
    rememberPlace(conversationId, { atEnd: true })
    handle.current?.scrollToIndex(rowsNow.current.length - 1, { align: 'end' })
  }, [conversationId])

  useLayoutEffect(() => {
    const place = placeIn(conversationId)
    const index = place.atEnd ? -1 : rowsNow.current.findIndex(({ key }) => key === place.key)
    if (place.atEnd || index < 0) toEnd()
    else {
      follows.current = false
      setAtEnd(false)
      handle.current?.scrollToIndex(index, { align: 'start', offset: place.offsetPx })
    }
    // What was mounted first is not what will be in view; two frames let the virtualizer measure and move.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setPlaced(true))
    })
    return () => cancelAnimationFrame(frame)
  }, [conversationId, toEnd])

  useEffect(() => setTranscriptScroller(makeScroller(handle, rowsNow, toEnd)), [toEnd])

  const onResize = useCallback(() => {
    if (follows.current) handle.current?.scrollToIndex(rowsNow.current.length - 1, { align: 'end' })
  }, [])

  const onScroll = useCallback(() => {
    const view = handle.current
    if (!view) return
    const { scrollOffset, scrollSize, viewportSize } = view
    const isNearEnd = scrollOffset + viewportSize >= scrollSize - END_PX
    // Text that grows below moves the end away from the reader; only the reader moves up.
    if (isNearEnd) follows.current = true
    else if (scrollOffset < lastOffset.current) follows.current = false
    lastOffset.current = scrollOffset
    setAtEnd(follows.current)
    const index = view.findItemIndex(scrollOffset)
    const key = rowsNow.current[index]?.key
    const offsetPx = scrollOffset - view.getItemOffset(index)
    rememberPlace(conversationId, follows.current || !key ? { atEnd: true } : { atEnd: false, key, offsetPx })
    if (scrollOffset < OLDER_PX) loadOlder()
  }, [conversationId, loadOlder])

  return { handle, isAtEnd, isPlaced, onScroll, onResize, toEnd }
}

function makeScroller(handle: RefObject<VirtualizerHandle | null>, rows: RefObject<readonly Row[]>, toEnd: () => void) {
  const byView = (part: number) => {
    const view = handle.current
    if (view) view.scrollBy(view.viewportSize * part)
  }
  const byMessage = (step: -1 | 1) => {
    const view = handle.current
    if (!view) return
    const index = view.findItemIndex(view.scrollOffset + 1)
    // Up first goes to the top of the message that is being read.
    const isInside = view.scrollOffset - view.getItemOffset(index) > 8
    const target = index + (step < 0 && isInside ? 0 : step)
    if (target >= rows.current.length) toEnd()
    else view.scrollToIndex(Math.max(0, target), { align: 'start' })
  }
  return { byView, byMessage, toStart: () => handle.current?.scrollToIndex(0, { align: 'start' }), toEnd }
}
