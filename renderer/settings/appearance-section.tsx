import { useState } from 'react'
import { t } from '../i18n/i18n.ts'
import { updatePreferences, usePreferences } from '../shell/preferences.ts'
import { Choice } from '../ui/choice.tsx'
import { TextSizeField } from './fields/text-size-field.tsx'
import styles from './settings.module.css'

export function AppearanceSection() {
  const preferences = usePreferences((store) => store.preferences)
  const [size, setSize] = useState<number | null>(null)
  if (!preferences) return null
  const shownSize = size ?? preferences.textSize
  return (
    <div className={styles.fields}>
      <Choice
        label={t('settings.theme')}
        layout="row"
        value={preferences.theme}
        onChange={(theme) => void updatePreferences({ theme })}
        options={[
          { value: 'system', label: t('settings.themeSystem') },
          { value: 'light', label: t('settings.themeLight') },
          { value: 'dark', label: t('settings.themeDark') },
        ]}
      />
      <TextSizeField
        value={shownSize}
        onChange={setSize}
        onCommit={(textSize) => void updatePreferences({ textSize }).finally(() => setSize(null))}
      />
      <p className={styles.sample} style={{ fontSize: shownSize }}>
        {t('settings.textSample')}
      </p>
    </div>
  )
}
