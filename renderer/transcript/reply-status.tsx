import { CircleAlert, CircleStop, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Message, ReplyError } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { Button } from '../ui/button.tsx'
import styles from './message.module.css'
import { restartReply } from './start-reply.ts'
import { isTextUnreadable } from './unreadable-line.tsx'

/** How a reply ended when it did not end well, with what can be done about it; nothing for a complete one. */
export function ReplyStatus({ reply, isLast }: { reply: Message; isLast: boolean }): ReactNode {
  const said = sayEnd(reply)
  // What is damaged says so itself, and is no reply that could be made again in its place.
  if (!said || isTextUnreadable(reply) || reply.error?.code === 'history-corrupt') return null
  const { conversationId, id: messageId, error } = reply
  const start = (type: 'continue' | 'regenerate') => () => void restartReply(conversationId, { type, messageId })
  const hasText = reply.text !== ''
  const Icon = said.kind === 'failed' ? CircleAlert : said.kind === 'interrupted' ? Unplug : CircleStop
  return (
    <div className={styles.status} data-kind={said.kind} role={said.kind === 'failed' && isLast ? 'alert' : undefined}>
      <Icon aria-hidden />
      <div className={styles.statusWords}>
        <p>{said.text}</p>
        {error && <ErrorDetails reply={reply} error={error} />}
      </div>
      <div className={styles.statusButtons}>
        {isLast && hasText && <Button onClick={start('continue')}>{t('transcript.continue')}</Button>}
        {!hasText && <Button onClick={start('regenerate')}>{retryLabel(error)}</Button>}
        {hasText && said.kind !== 'stopped' && (
          <Button onClick={start('regenerate')}>{t('transcript.regenerate')}</Button>
        )}
        {reply.status === 'complete' && reply.finishReason === 'length' && (
          <Button look="quiet" onClick={() => useDialogs.getState().show({ type: 'reply-settings', conversationId })}>
            {t('replySettings.open')}
          </Button>
        )}
        {error && isAboutEndpoint(error) && (
          <Button look="quiet" onClick={() => useDialogs.getState().show({ type: 'settings', section: 'endpoints' })}>
            {t('transcript.endpointSettings')}
          </Button>
        )}
      </div>
    </div>
  )
}

function ErrorDetails({ reply, error }: { reply: Message; error: ReplyError }): ReactNode {
  const { model, endpointName: endpoint } = reply
  const hasTarget = model !== null && endpoint !== null
  return (
    <details>
      <summary>{t('common.details')}</summary>
      {hasTarget
        ? t('transcript.errorFactsModel', { code: error.code, model, endpoint })
        : t('transcript.errorFacts', { code: error.code })}
    </details>
  )
}

function retryLabel(error: ReplyError | null): string {
  return error?.retryable ? t('transcript.retry') : t('transcript.regenerate')
}

/** Settings of the endpoint are no help while it is only busy or still loading. */
function isAboutEndpoint({ code }: ReplyError): boolean {
  return code.startsWith('endpoint-') && code !== 'endpoint-busy' && code !== 'endpoint-loading'
}

function sayEnd(reply: Message): { kind: 'stopped' | 'interrupted' | 'failed'; text: string } | null {
  switch (reply.status) {
    case 'stopped':
      return { kind: 'stopped', text: t(reply.text === '' ? 'transcript.stoppedEmpty' : 'transcript.stopped') }
    case 'interrupted':
      return { kind: 'interrupted', text: sayInterrupted(reply.error) }
    case 'failed':
      return { kind: 'failed', text: reply.error?.message ?? t('transcript.failed') }
    case 'complete':
      return sayFinish(reply)
    case 'streaming':
      return null
  }
}

/** A whole reply that ended for another reason than that all was said. */
function sayFinish({ finishReason, text, reasoning, toolCalls }: Message): ReturnType<typeof sayEnd> {
  const isThoughtOnly = text === '' && reasoning !== ''
  if (finishReason === 'length' && isThoughtOnly) return { kind: 'stopped', text: t('transcript.lengthThinking') }
  if (finishReason === 'length') return { kind: 'stopped', text: t('transcript.lengthLimit') }
  if (finishReason === 'content_filter') return { kind: 'stopped', text: t('transcript.filtered') }
  if (toolCalls) return null
  if (isThoughtOnly) return { kind: 'stopped', text: t('transcript.thoughtOnly') }
  return text === '' ? { kind: 'failed', text: t('transcript.empty') } : null
}

function sayInterrupted(error: ReplyError | null): string {
  return error ? `${error.message} ${t('transcript.kept')}` : t('transcript.interrupted')
}
