import type { KeyboardEvent } from 'react'

/** How the transcript that is shown can be moved through. */
export interface TranscriptScroller {
  /** By a part of the height in view; negative goes up. */
  byView(part: number): void
  byMessage(step: -1 | 1): void
  toStart(): void
  toEnd(): void
}

let scroller: TranscriptScroller | null = null

/** Registers the transcript that is shown; returns the function that takes it back. */
export function setTranscriptScroller(next: TranscriptScroller): () => void {
  scroller = next
  return () => {
    if (scroller === next) scroller = null
  }
}

/** Shows the newest message, e.g. after sending one. */
export function scrollTranscriptToEnd(): void {
  scroller?.toEnd()
}

const PAGE_PART = 0.9

/** Moves for PageUp, PageDown and Ctrl/Cmd+Up and Down, also while the composer has the focus. True when it did. */
export function scrollTranscriptByKey(event: KeyboardEvent): boolean {
  if (!scroller || event.altKey || event.shiftKey) return false
  const hasMod = event.ctrlKey || event.metaKey
  if (event.key === 'PageUp' && !hasMod) scroller.byView(-PAGE_PART)
  else if (event.key === 'PageDown' && !hasMod) scroller.byView(PAGE_PART)
  else if (event.key === 'ArrowUp' && hasMod) scroller.byMessage(-1)
  else if (event.key === 'ArrowDown' && hasMod) scroller.byMessage(1)
  else return false
  event.preventDefault()
  return true
}

/** The same with Home and End, which belong to the text while the composer has the focus. */
export function scrollTranscriptByAnyKey(event: KeyboardEvent): boolean {
  if (scrollTranscriptByKey(event)) return true
  if (!scroller || event.altKey || event.shiftKey || event.target !== event.currentTarget) return false
  if (event.key === 'Home') scroller.toStart()
  else if (event.key === 'End') scroller.toEnd()
  else return false
  event.preventDefault()
  return true
}
