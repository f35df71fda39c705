import { create } from 'zustand'
import type { Preferences } from '../../shared/record-types.ts'
import { call, onPush } from '../bridge.ts'
import { showError } from '../notices/show-error.ts'

interface PreferencesStore {
  /** Null until main has answered once. */
  preferences: Preferences | null
}

export const usePreferences = create<PreferencesStore>(() => ({ preferences: null }))

/** Reads the preferences and keeps them fresh; returns the function that stops. */
export function watchPreferences(): () => void {
  const stop = onPush('app.preferencesChanged', take)
  void reload()
  return stop
}

/** Shows the change at once and saves it; on failure the saved state comes back, with a notice. */
export async function updatePreferences(changes: Partial<Preferences>): Promise<void> {
  const { preferences } = usePreferences.getState()
  if (preferences) take({ ...preferences, ...changes })
  try {
    take(await call('app.updatePreferences', changes))
  } catch (error) {
    showError(error)
    await reload()
  }
}

async function reload(): Promise<void> {
  try {
    take(await call('app.getPreferences', {}))
  } catch (error) {
    showError(error)
  }
}

function take(preferences: Preferences): void {
  usePreferences.setState({ preferences })
  const { dataset, style } = document.documentElement
  if (preferences.theme === 'system') delete dataset.theme
  else dataset.theme = preferences.theme
  style.setProperty('--reading-size', `${preferences.textSize}px`)
}
