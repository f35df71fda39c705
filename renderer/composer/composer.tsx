import { ArrowUp, Square } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { AppError } from '../../shared/errors.ts'
import { onPush } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { asAppError, useIsReadOnly } from '../shell/app-state.ts'
import { usePreferences } from '../shell/preferences.ts'
import { shortcutLabel } from '../shell/shortcut-label.ts'
import { sendMessage, stopReply } from '../transcript/start-reply.ts'
import { scrollTranscriptByKey, scrollTranscriptToEnd } from '../transcript/transcript-scroller.ts'
import { useStreamingReplyId } from '../transcript/transcript-store.ts'
import { IconButton } from '../ui/button.tsx'
import styles from './composer.module.css'
import { drafts, useDraft } from './drafts.ts'
import { SendLine } from './send-line.tsx'
import { sendsOn } from './sends-on.ts'
import { usePreviewWatch } from './use-preview-watch.ts'

/** Where a message is written and sent, or the reply stopped. */
export function Composer({ conversationId }: { conversationId: string }): ReactNode {
  return <Card key={conversationId} conversationId={conversationId} />
}

function Card({ conversationId }: { conversationId: string }): ReactNode {
  const { text } = useDraft(conversationId)
  const replyId = useStreamingReplyId(conversationId)
  const { isSending, error, send, forgetError } = useSend(conversationId)
  const enterSends = usePreferences((state) => state.preferences?.enterSends ?? true)
  const readOnly = useIsReadOnly()
  const field = useFocusedField()
  usePreviewWatch(conversationId, text)
  useStopKeys(replyId)

  const canSend = !readOnly && text.trim() !== '' && replyId === null && !isSending
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (sendsOn(event.nativeEvent, enterSends)) {
      event.preventDefault()
      if (canSend) void send(text)
      return
    }
    // A long draft has its own pages.
    const { scrollHeight, clientHeight } = event.currentTarget
    if (scrollHeight <= clientHeight + 1 || event.ctrlKey || event.metaKey) scrollTranscriptByKey(event)
  }
  return (
    <div className={styles.composer}>
      <div className={styles.column}>
        <form
          className={styles.card}
          onSubmit={(event) => {
            event.preventDefault()
            if (canSend) void send(text)
          }}
        >
          <textarea
            ref={field}
            className={styles.field}
            aria-label={t('composer.label')}
            placeholder={t(readOnly ? 'composer.readOnly' : 'composer.placeholder')}
            // Still in reach of keys, which scroll the conversation from here.
            readOnly={readOnly}
            dir="auto"
            rows={1}
            value={text}
            onChange={(event) => {
              forgetError()
              drafts.write(conversationId, event.target.value)
            }}
            onBlur={() => void drafts.flush(conversationId)}
            onKeyDown={onKeyDown}
          />
          <RoundButton
            replyId={replyId}
            canSend={canSend}
            hint={readOnly ? 'composer.sendReadOnly' : text.trim() === '' ? 'composer.sendEmpty' : null}
            enterSends={enterSends}
          />
        </form>
        <SendLine conversationId={conversationId} error={error} />
      </div>
    </div>
  )
}

interface RoundButtonProps {
  replyId: string | null
  canSend: boolean
  /** Why nothing can be sent, where there is a reason to tell. */
  hint: 'composer.sendReadOnly' | 'composer.sendEmpty' | null
  enterSends: boolean
}

function RoundButton({ replyId, canSend, hint, enterSends }: RoundButtonProps): ReactNode {
  if (replyId !== null) {
    return (
      <IconButton
        key="stop"
        label={t('composer.stop')}
        shortcut="Esc"
        className={styles.round}
        data-stops
        onClick={() => stopReply(replyId)}
      >
        <Square fill="currentColor" />
      </IconButton>
    )
  }
  return (
    <IconButton
      key="send"
      type="submit"
      label={t(hint ?? 'composer.send')}
      shortcut={hint ? undefined : enterSends ? 'Enter' : shortcutLabel('Mod+Enter')}
      aria-disabled={!canSend}
      className={styles.round}
    >
      <ArrowUp />
    </IconButton>
  )
}

function useSend(conversationId: string) {
  const [isSending, setSending] = useState(false)
  const [error, setError] = useState<AppError | null>(null)
  const isShown = useRef(true)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])
  const send = async (text: string) => {
    setSending(true)
    setError(null)
    scrollTranscriptToEnd()
    try {
      await sendMessage(conversationId, text.toWellFormed())
      await drafts.clearSent(conversationId, text)
    } catch (cause) {
      // Somebody who has gone on to another conversation must hear of it too; the text is still in its draft.
      if (isShown.current) setError(asAppError(cause))
      else showError(cause)
    }
    setSending(false)
  }
  return { isSending, error, send, forgetError: () => setError(null) }
}

/** The field has the focus when a conversation is opened, unless a key is still being used elsewhere. */
function useFocusedField() {
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    // The ring is shown for keys only: somebody who walks through the list with them is not torn away.
    const isUsingKeys = document.activeElement?.matches(':focus-visible:not(textarea, input)') ?? false
    if (!isUsingKeys) field.current?.focus()
  }, [])
  return field
}

/** Escape and the window's menu stop the reply. */
function useStopKeys(replyId: string | null): void {
  useEffect(() => {
    if (replyId === null) return
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
      // Escape first closes what is open above the page.
      if (document.querySelector('[role="dialog"], [role="menu"], [role="alertdialog"]')) return
      stopReply(replyId)
    }
    const stopCommands = onPush('app.command', ({ command }) => command === 'stop' && stopReply(replyId))
    window.addEventListener('keydown', onKeyDown)
    return () => {
      window.removeEventListener('keydown', onKeyDown)
      stopCommands()
    }
  }, [replyId])
}
