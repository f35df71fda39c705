import type { AppState } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'

/** One plain sentence on how the key of the history is kept. */
export function keyProtectionText({ history }: AppState): string {
  if (history.state !== 'open') return ''
  return t(TEXTS[history.keyProtection])
}

const TEXTS = { keyring: 'privacy.keyInKeyring', file: 'privacy.keyInFile', none: 'privacy.keyNotKept' } as const
