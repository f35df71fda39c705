import { type FormEvent, useState } from 'react'
import { t } from '../i18n/i18n.ts'
import styles from '../settings/settings.module.css'
import { asAppError } from '../shell/app-state.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/text-field.tsx'

interface KeyFieldProps {
  hasKey: boolean
  /** Null removes the stored key. */
  save: (key: string | null) => Promise<unknown>
}

/** A key can be stored, replaced and removed, but never read: it does not come back to the window. */
export function KeyField({ hasKey, save }: KeyFieldProps) {
  const [key, setKey] = useState('')
  const [error, setError] = useState<string | null>(null)

  const store = async (next: string | null) => {
    try {
      await save(next)
      setKey('')
      setError(null)
    } catch (cause) {
      setError(asAppError(cause).message)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim()) void store(key.trim())
  }
  return (
    <form onSubmit={submit}>
      <TextField
        label={t('settings.key')}
        type="password"
        value={key}
        onChange={setKey}
        error={error}
        autoComplete="off"
        placeholder={hasKey ? t('settings.keyStoredPlaceholder') : t('settings.keyNone')}
        hint={hasKey ? t('settings.keyStoredHint') : t('endpoints.keyHint')}
        end={
          <div className={styles.buttons}>
            <Button type="submit" disabled={!key.trim()}>
              {hasKey ? t('settings.keyReplace') : t('common.save')}
            </Button>
            {hasKey ? <Button onClick={() => void store(null)}>{t('settings.keyRemove')}</Button> : null}
          </div>
        }
      />
    </form>
  )
}
