import type { Settings } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { showError } from '../notices/show-error.ts'
import { SavedField } from '../settings/fields/saved-field.tsx'
import { SwitchField } from '../settings/fields/switch-field.tsx'
import { SectionState } from '../settings/section-state.tsx'
import { useServerData } from '../shell/use-server-data.ts'
import { isProxyAddress } from './proxy-rule.ts'

/** Which connections are made at all, and through what. */
export function NetworkRules() {
  const { data: settings, error, reload } = useServerData('settings.get', {}, 'settings.changed')
  if (!settings) return <SectionState error={error} onRetry={reload} />
  const update = (changes: Partial<Settings>) => call('settings.update', changes)
  return (
    <>
      <SwitchField
        label={t('network.thisMachineOnly')}
        hint={t('network.thisMachineOnlyHint')}
        value={settings.thisMachineOnly}
        onChange={(thisMachineOnly) => void update({ thisMachineOnly }).catch(showError)}
      />
      <SavedField
        label={t('network.proxy')}
        hint={t('network.proxyHint')}
        placeholder={t('network.proxyNone')}
        saved={settings.proxyUrl ?? ''}
        check={(text) => (isProxyAddress(text) ? null : t('network.proxyWrong'))}
        save={(proxyUrl) => update({ proxyUrl: proxyUrl.trim() || null })}
      />
    </>
  )
}
