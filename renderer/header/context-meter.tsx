import { Popover } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import type { SendPreview } from '../../shared/record-types.ts'
import { usePreview } from '../composer/preview-store.ts'
import { t } from '../i18n/i18n.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { formatCount } from '../transcript/format-numbers.ts'
import styles from './header.module.css'

/** How much of the model's window the next request would take, and how that window's size is known. */
export function ContextMeter({ conversationId }: { conversationId: string }): ReactNode {
  const preview = usePreview(conversationId)
  if (!preview) return null
  const counts = { used: formatCount(preview.estimatedTokens), window: formatCount(preview.windowTokens) }
  const explanation = `${t('header.meterLabel', counts)}. ${saySource(preview)}`
  const part = Math.min(1, preview.estimatedTokens / preview.windowTokens)
  return (
    <Popover.Root>
      <Popover.Trigger openOnHover delay={500} className={styles.meter} aria-label={explanation}>
        <span className={styles.bar} data-full={!preview.fits || undefined}>
          <span style={{ transform: `scaleX(${part})` }} />
        </span>
        {t('header.meter', counts)}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end" className={styles.positioner}>
          <Popover.Popup className={styles.popup}>
            <p>{t('header.meterLabel', counts)}.</p>
            <p>{saySource(preview)}</p>
            {preview.windowSource === 'assumed' && (
              <button type="button" className={styles.set} onClick={openEndpoints}>
                {t('header.meterSet')}
              </button>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function saySource({ windowSource }: SendPreview): string {
  switch (windowSource) {
    case 'server':
      return t('header.meterServer')
    case 'learned':
      return t('header.meterLearned')
    case 'user':
      return t('header.meterUser')
    case 'assumed':
      return t('header.meterAssumed')
  }
}

function openEndpoints(): void {
  useDialogs.getState().show({ type: 'settings', section: 'endpoints' })
}
