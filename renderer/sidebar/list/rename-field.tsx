import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { ConversationRow } from '../../../shared/record-types.ts'
import { renameConversation } from '../../conversations/conversation-actions.ts'
import { t } from '../../i18n/i18n.ts'
import styles from './conversation-row.module.css'
import { rowElement, useListState } from './list-state.ts'

const MOST_CHARACTERS = 500

/** Renames a row in its place: Enter or leaving saves, Escape keeps the old title. */
export function RenameField({ row }: { row: ConversationRow }) {
  const [title, setTitle] = useState(row.title)
  const field = useRef<HTMLInputElement>(null)
  const finished = useRef(false)

  useEffect(() => field.current?.select(), [])

  const finish = (save: boolean) => {
    if (finished.current) return
    finished.current = true
    const wanted = title.trim()
    if (save && wanted && wanted !== row.title) void renameConversation(row.id, wanted)
    useListState.setState({ renamingId: null })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation()
    // An input method uses Enter to accept its suggestion.
    if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
    event.preventDefault()
    finish(event.key === 'Enter')
    requestAnimationFrame(() => rowElement(row.id)?.focus())
  }
  return (
    <div className={styles.row}>
      <input
        ref={field}
        className={styles.rename}
        dir="auto"
        aria-label={t('sidebar.renameField')}
        value={title}
        maxLength={MOST_CHARACTERS}
        onChange={(event) => setTitle(event.target.value)}
        onBlur={() => finish(true)}
        onKeyDown={onKeyDown}
      />
    </div>
  )
}
