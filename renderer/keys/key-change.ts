import { create } from 'zustand'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { showToast } from '../ui/toast.tsx'

/** True from the person's wish on: the panes give way to a page that says what is going on once the history closes. */
export const useKeyChange = create<{ asked: boolean }>(() => ({ asked: false }))

/** Main asks whether it may; the page about it goes when the history is open again. */
export async function changeKey(): Promise<void> {
  useKeyChange.setState({ asked: true })
  // The settings are drawn anew when the history is open again, and are to be where they were.
  useDialogs.getState().show({ type: 'settings', section: 'privacy' })
  try {
    const { changed, backups } = await call('keys.change', {})
    if (!changed) return
    showToast({ text: backups > 0 ? t('recovery.changedBackups', { count: backups }) : t('recovery.changed') })
  } catch (error) {
    showError(error)
  } finally {
    useKeyChange.setState({ asked: false })
  }
}
