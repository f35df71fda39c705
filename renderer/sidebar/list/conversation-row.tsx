import { Ellipsis, Pin } from 'lucide-react'
import { type MouseEvent, memo, type PointerEvent, useLayoutEffect, useRef } from 'react'
import type { ConversationRow as Row } from '../../../shared/record-types.ts'
import { openConversation } from '../../conversations/conversation-actions.ts'
import { displayTitle } from '../../conversations/display-title.ts'
import { t } from '../../i18n/i18n.ts'
import { useSelection } from '../selection.ts'
import styles from './conversation-row.module.css'
import { useListState } from './list-state.ts'
import { RenameField } from './rename-field.tsx'

interface ConversationRowProps {
  row: Row
  /** True for the one row that Tab reaches. */
  tabStop: boolean
}

/** One line of the list: title, what is new about it, and a menu button that hover and focus bring out. */
export const ConversationRow = memo(function ConversationRow({ row, tabStop }: ConversationRowProps) {
  const selected = useSelection((state) => state.place === 'conversation' && state.conversationId === row.id)
  const renaming = useListState((state) => state.renamingId === row.id)
  const menuOpen = useListState((state) => state.menu?.row.id === row.id)
  const open = useFocusWhenWanted(row.id)
  if (renaming) return <RenameField row={row} />

  const title = displayTitle(row)
  const tabIndex = tabStop ? 0 : -1
  const openMenuAtPointer = (event: MouseEvent) => {
    event.preventDefault()
    const place = new DOMRect(event.clientX, event.clientY, 0, 0)
    useListState.setState({ menu: { row, anchor: { getBoundingClientRect: () => place } }, activeId: row.id })
  }
  const openMenuAtButton = (event: MouseEvent) => {
    useListState.setState({ menu: { row, anchor: event.currentTarget }, activeId: row.id })
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the same menu is on the button inside.
    <div
      className={styles.row}
      data-selected={selected || undefined}
      data-menu-open={menuOpen || undefined}
      onContextMenu={openMenuAtPointer}
    >
      <button
        ref={open}
        type="button"
        className={styles.open}
        tabIndex={tabIndex}
        data-conversation={row.id}
        data-unread={row.unread || undefined}
        aria-current={selected ? 'page' : undefined}
        onClick={() => openConversation(row.id)}
        onFocus={() => useListState.setState({ activeId: row.id })}
        onPointerEnter={showWholeTitle}
      >
        {row.pinnedAt === null ? null : <Pin className={styles.pin} aria-hidden />}
        <span className={styles.title} dir="auto">
          {title}
        </span>
        <RowNews row={row} />
      </button>
      <button
        type="button"
        className={styles.more}
        tabIndex={tabIndex}
        aria-label={t('sidebar.rowMenu', { title })}
        aria-haspopup="menu"
        aria-expanded={menuOpen}
        onClick={openMenuAtButton}
      >
        <Ellipsis />
      </button>
    </div>
  )
})

const MOST_FRAMES = 30

/**
 * The list moves the focus to rows that may not be in the page yet; a row takes it when it arrives. The virtual list
 * keeps a new row hidden, and so without focus, until it has measured it some frames later.
 */
function useFocusWhenWanted(conversationId: string) {
  const button = useRef<HTMLButtonElement>(null)
  const wanted = useListState((state) => state.focusId === conversationId)
  useLayoutEffect(() => {
    if (!wanted) return
    let frame = 0
    const attempt = (framesLeft: number) => {
      button.current?.focus({ preventScroll: true })
      const done = document.activeElement === button.current || framesLeft === 0
      if (done) useListState.setState({ focusId: null })
      else frame = requestAnimationFrame(() => attempt(framesLeft - 1))
    }
    attempt(MOST_FRAMES)
    return () => cancelAnimationFrame(frame)
  }, [wanted])
  return button
}

function RowNews({ row }: { row: Row }) {
  if (row.streaming) {
    return (
      <span className={styles.pulse}>
        <span className="visually-hidden">, {t('sidebar.writing')}</span>
      </span>
    )
  }
  if (!row.unread) return null
  return (
    <span className={styles.dot}>
      <span className="visually-hidden">, {t('sidebar.unread')}</span>
    </span>
  )
}

function showWholeTitle({ currentTarget }: PointerEvent<HTMLElement>): void {
  const text = currentTarget.querySelector('[dir]')
  if (text && text.scrollWidth > text.clientWidth) currentTarget.title = text.textContent ?? ''
  else currentTarget.removeAttribute('title')
}
