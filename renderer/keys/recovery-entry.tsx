import { type FormEvent, type KeyboardEvent, useId, useRef, useState } from 'react'
import { AppError } from '../../shared/errors.ts'
import type { AppState } from '../../shared/record-types.ts'
import { call } from '../bridge.ts'
import { t } from '../i18n/i18n.ts'
import { asAppError, useAppState } from '../shell/app-state.ts'
import { Button } from '../ui/button.tsx'
import field from '../ui/field.module.css'
import styles from './keys.module.css'

/**
 * Opens the history with the recovery code. The code is held by nothing but the field that it was typed into, and that
 * is emptied once main has taken it; only after a slip of the pen does it stay, to be put right.
 */
export function RecoveryEntry() {
  const area = useRef<HTMLTextAreaElement>(null)
  const form = useRef<HTMLFormElement>(null)
  const id = useId()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)

  const open = async (asked: Promise<AppState>) => {
    setBusy(true)
    setError(null)
    try {
      const state = await asked
      clear()
      useAppState.setState({ state })
    } catch (cause) {
      if (!(cause instanceof AppError && cause.code === 'recovery-code-wrong')) clear()
      setError(asAppError(cause).message)
      area.current?.focus()
    } finally {
      setBusy(false)
    }
  }
  const clear = () => {
    if (area.current) area.current.value = ''
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const code = area.current?.value ?? ''
    if (code.trim()) void open(call('keys.openWithRecoveryCode', { code }))
  }
  const submitByEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return
    event.preventDefault()
    form.current?.requestSubmit()
  }
  return (
    <form ref={form} className={styles.entry} onSubmit={submit}>
      <label className={field.label} htmlFor={id}>
        {t('recovery.code')}
      </label>
      <textarea
        ref={area}
        id={id}
        className={`${field.control} ${styles.code}`}
        rows={3}
        maxLength={1_000}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        aria-invalid={error !== null}
        aria-describedby={`${id}-notes`}
        data-invalid={error === null ? undefined : true}
        onKeyDown={submitByEnter}
      />
      <div id={`${id}-notes`} className={styles.notes}>
        {error ? (
          <p className={field.error} role="alert">
            {error}
          </p>
        ) : null}
        <p className={field.hint}>{t('recovery.codeHint')}</p>
      </div>
      <div className={styles.buttons}>
        <Button type="submit" disabled={busy}>
          {busy ? t('recovery.opening') : t('recovery.open')}
        </Button>
        <Button look="quiet" disabled={busy} onClick={() => void open(call('keys.openWithRecoveryFile', {}))}>
          {t('recovery.chooseFile')}
        </Button>
      </div>
      <p className={field.hint}>{t('recovery.newComputer')}</p>
    </form>
  )
}
