import { ChevronRight, Plus } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import type { Conversation } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { Button } from '../ui/button.tsx'
import { putConversation, useOpenConversation } from './open-conversation.ts'
import styles from './system-prompt.module.css'

/** The system prompt as one folded line above the first message; a click shows it, and it can be changed there. */
export function SystemPrompt(): ReactNode {
  const conversation = useOpenConversation()
  const [view, setView] = useState<'folded' | 'open' | 'editing'>('folded')
  if (!conversation) return <div className={styles.placeholder} />
  const { systemPrompt } = conversation
  if (view === 'editing') {
    return <Editor conversation={conversation} onDone={() => setView(systemPrompt ? 'open' : 'folded')} />
  }
  if (systemPrompt === '') {
    return (
      <div className={styles.line}>
        <button type="button" className={styles.fold} onClick={() => setView('editing')}>
          <Plus aria-hidden />
          {t('transcript.addSystemPrompt')}
        </button>
      </div>
    )
  }
  const isOpen = view === 'open'
  return (
    <div className={styles.line}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={isOpen}
        onClick={() => setView(isOpen ? 'folded' : 'open')}
      >
        <ChevronRight aria-hidden />
        <span className={styles.name}>{t('transcript.systemPrompt')}</span>
        {!isOpen && <span className={styles.summary}>{systemPrompt.slice(0, 200)}</span>}
      </button>
      {isOpen && (
        <div className={styles.card}>
          <p className={styles.text} dir="auto">
            {systemPrompt}
          </p>
          <Button onClick={() => setView('editing')}>{t('transcript.editSystemPrompt')}</Button>
        </div>
      )}
    </div>
  )
}

function Editor({ conversation, onDone }: { conversation: Conversation; onDone: () => void }): ReactNode {
  const [text, setText] = useState(conversation.systemPrompt)
  const [isSaving, setSaving] = useState(false)
  const hintId = useId()
  const save = async () => {
    setSaving(true)
    try {
      putConversation(
        await call('conversations.update', { conversationId: conversation.id, systemPrompt: text.trim() }),
      )
      onDone()
    } catch (error) {
      showError(error)
      setSaving(false)
    }
  }
  return (
    <div className={styles.line}>
      <div className={styles.card}>
        <textarea
          className={styles.editor}
          ref={focusOnce}
          aria-label={t('transcript.systemPrompt')}
          aria-describedby={hintId}
          dir="auto"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && !event.nativeEvent.isComposing) onDone()
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save()
          }}
        />
        <p id={hintId} className={styles.hint}>
          {t('transcript.systemPromptHint')}
        </p>
        <div className={styles.buttons}>
          <Button onClick={onDone}>{t('common.cancel')}</Button>
          <Button look="primary" disabled={isSaving} onClick={() => void save()}>
            {t('common.save')}
          </Button>
        </div>
      </div>
    </div>
  )
}

/** The person has just asked to write here. */
function focusOnce(field: HTMLTextAreaElement | null): void {
  field?.focus()
}
