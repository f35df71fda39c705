import type { AppState } from '../../shared/record-types.ts'
import { t } from '../i18n/i18n.ts'

/** One plain sentence on how the key of the history is kept. */
export function keyProtectionText({ history }: AppState): string {
  if (history.state !== 'open') return ''
  return history.keyProtection === 'keyring' ? t('privacy.keyInKeyring') : t('privacy.keyInFile')
}
