import type { BrowserWindow } from 'electron'
import type { AppState } from '../../shared/record-types.ts'
import type { KeyChange } from '../history/change-key/change-key.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { PreferenceStore } from '../preferences/preferences.ts'
import type { HistoryHolder, OpenHistory } from './open-history.ts'

/** What the handlers work with. */
export interface Alcove {
  keys: KeyStore
  preferences: PreferenceStore
  holder: HistoryHolder
  /** The open history. @throws AppError why it is not open */
  open(): OpenHistory
  window(): BrowserWindow | undefined
  appState(): AppState
  showDataFolder(): void
  /** Closes the history, encrypts it under a new key, and opens it again. @throws AppError why not */
  changeKey(): Promise<KeyChange>
  applyTheme(): void
}
