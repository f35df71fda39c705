import { type ReactNode, useEffect, useState } from 'react'
import type { Conversation } from '../../shared/record-types.ts'
import { renameConversation } from '../conversations/conversation-actions.ts'
import { displayTitle } from '../conversations/display-title.ts'
import { t } from '../i18n/i18n.ts'
import { useDialogs } from '../shell/dialogs.ts'
import styles from './header.module.css'

interface ConversationTitleProps {
  conversation: Conversation | null
  isRenaming: boolean
  onRenaming: (isRenaming: boolean) => void
}

/** The title; a click or F2 turns it into a field. */
export function ConversationTitle({ conversation, isRenaming, onRenaming }: ConversationTitleProps): ReactNode {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // The sidebar renames its own rows.
      if (event.key !== 'F2' || event.defaultPrevented || useDialogs.getState().open) return
      event.preventDefault()
      onRenaming(true)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [onRenaming])

  if (!conversation) return <div className={styles.title} />
  if (isRenaming) return <TitleField conversation={conversation} onDone={() => onRenaming(false)} />
  return (
    <h1 className={styles.title}>
      <button type="button" dir="auto" title={t('header.rename')} onClick={() => onRenaming(true)}>
        {displayTitle(conversation)}
      </button>
    </h1>
  )
}

function TitleField({ conversation, onDone }: { conversation: Conversation; onDone: () => void }): ReactNode {
  const [title, setTitle] = useState(conversation.title)
  const save = () => {
    const next = title.trim()
    if (next !== '' && next !== conversation.title) void renameConversation(conversation.id, next)
    onDone()
  }
  return (
    <div className={styles.title}>
      <input
        ref={focusOnce}
        dir="auto"
        aria-label={t('header.titleLabel')}
        maxLength={500}
        value={title}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTitle(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter') save()
          if (event.key === 'Escape') onDone()
        }}
      />
    </div>
  )
}

/** The person has just asked to write here. */
function focusOnce(field: HTMLInputElement | null): void {
  field?.focus()
}
