import type { BrowserWindow } from 'electron'
import type { AppState } from '../../shared/record-types.ts'
import type { KeyChange } from '../history/change-key/change-key.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { PreferenceStore } from '../preferences/preferences.ts'
import type { SalvagePart } from '../transfer/bulk-protocol.ts'
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
  /** @throws AppError as `salvageHistory` */
  salvage(signal: AbortSignal): AsyncIterable<SalvagePart>
  applyTheme(): void
}
