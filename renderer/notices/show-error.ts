import { t } from '../i18n/i18n.ts'
import { asAppError } from '../shell/app-state.ts'
import { showToast } from '../ui/toast.tsx'

interface ErrorNoticeOptions {
  action?: { label: string; run: () => void }
}

/** The quiet notice for a failure that has no place of its own on the page. */
export function showError(cause: unknown, { action }: ErrorNoticeOptions = {}): void {
  const error = asAppError(cause)
  if (error.code === 'cancelled') return
  if (error.code === 'unexpected') {
    showToast({ kind: 'error', text: t('notices.unexpected'), details: error.message, ...(action && { action }) })
    return
  }
  showToast({
    kind: 'error',
    text: error.message,
    details: t('notices.code', { code: error.code }),
    ...(action && { action }),
  })
}
