import { TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import type { AppError } from '../../shared/errors.ts'
import type { SendPreview } from '../../shared/record-types.ts'
import { useModelChoice } from '../header/model-choice.ts'
import { t } from '../i18n/i18n.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { formatCount } from '../transcript/format-numbers.ts'
import { Button } from '../ui/button.tsx'
import styles from './composer.module.css'
import { usePreview } from './preview-store.ts'

interface SendLineProps {
  conversationId: string
  /** Why the last attempt to send did not even start. */
  error: AppError | null
}

/** One line below the card: what is about to be sent, or why it cannot be. */
export function SendLine({ conversationId, error }: SendLineProps): ReactNode {
  const { isKnown, endpoint, isReplaced } = useModelChoice()
  const preview = usePreview(conversationId)
  if (error && !(error.code === 'endpoint-missing')) {
    return (
      <p className={styles.line} data-kind="problem" role="alert">
        <TriangleAlert aria-hidden />
        <span>
          {t('composer.notSent')} {error.message}
        </span>
      </p>
    )
  }
  if (isKnown && !endpoint) {
    return (
      <output className={styles.line}>
        <span>{t('composer.noEndpoint')}</span>
        <Button onClick={() => useDialogs.getState().show({ type: 'settings', section: 'endpoints' })}>
          {t('composer.addEndpoint')}
        </Button>
      </output>
    )
  }
  if (endpoint && isReplaced) {
    return (
      <output className={styles.line} data-kind="warning">
        <TriangleAlert aria-hidden />
        <span>{t('composer.endpointGone', { endpoint: endpoint.name })}</span>
      </output>
    )
  }
  // Before the first message there is nothing to count, but the line keeps its place.
  if (!preview || preview.estimatedTokens === 0) return <p className={styles.line} />
  const warning = sayTooLong(preview)
  if (warning) {
    return (
      <output className={styles.line} data-kind="warning">
        <TriangleAlert aria-hidden />
        <span>{warning}</span>
      </output>
    )
  }
  return (
    <p className={styles.line}>
      <span>{sayPreview(preview)}</span>
    </p>
  )
}

function sayTooLong(preview: SendPreview): string | null {
  const { systemPromptTokens, windowTokens, estimatedTokens, fits } = preview
  const window = formatCount(windowTokens)
  if (systemPromptTokens > windowTokens) {
    return t('composer.systemTooLong', { used: formatCount(systemPromptTokens), window })
  }
  if (fits) return null
  const used = formatCount(estimatedTokens)
  // What is kept free for the answer counts too, so that the messages alone may well have room.
  return t(estimatedTokens > windowTokens ? 'composer.tooLong' : 'composer.tooFull', { used, window })
}

function sayPreview(preview: SendPreview): string {
  const { estimatedTokens, windowTokens, windowSource, sentMessages, leftOutMessages } = preview
  const about = t('composer.about', {
    count: sentMessages,
    formatted: formatCount(sentMessages),
    used: formatCount(estimatedTokens),
    window: formatCount(windowTokens),
  })
  const left =
    leftOutMessages > 0 && t('composer.stayOut', { count: leftOutMessages, formatted: formatCount(leftOutMessages) })
  return [about, left, windowSource === 'assumed' && t('composer.guess')].filter(Boolean).join('; ')
}
