import { t } from '../i18n/i18n.ts'
import { useDialogs } from '../shell/dialogs.ts'
import { updatePreferences, usePreferences } from '../shell/preferences.ts'
import { shortcutLabel } from '../shell/shortcut-label.ts'
import { Button } from '../ui/button.tsx'
import { Choice } from '../ui/choice.tsx'
import styles from './settings.module.css'

export function KeyboardSection() {
  const preferences = usePreferences((store) => store.preferences)
  if (!preferences) return null
  return (
    <div className={styles.fields}>
      <Choice
        label={t('settings.sendKey')}
        value={preferences.enterSends ? 'enter' : 'mod-enter'}
        onChange={(key) => void updatePreferences({ enterSends: key === 'enter' })}
        options={[
          { value: 'enter', label: t('settings.enterSends'), hint: t('settings.enterSendsHint') },
          {
            value: 'mod-enter',
            label: t('settings.modEnterSends', { keys: shortcutLabel('Mod+Enter') }),
            hint: t('settings.modEnterSendsHint'),
          },
        ]}
      />
      <div>
        <Button onClick={() => useDialogs.getState().show({ type: 'shortcuts' })}>{t('settings.allShortcuts')}</Button>
      </div>
    </div>
  )
}
