import { useEffect } from 'react'
import { t } from '../i18n/i18n.ts'
import { useAppState } from '../shell/app-state.ts'
import { showToast } from '../ui/toast.tsx'

/** Says once that damaged preferences were set aside. */
export function usePreferencesResetNotice(): void {
  const reset = useAppState((store) => store.state?.preferencesReset ?? false)
  useEffect(() => {
    if (!reset) return
    return showToast({ kind: 'error', text: t('notices.preferencesReset') })
  }, [reset])
}
